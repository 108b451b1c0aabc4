/** Codes of Intel quotes and their collateral. */

/**
 * - `quote_malformed`: lengths, versions or fields of the quote do not fit its format;
 * - `quote_trailing_bytes`: bytes after the quote, and the caller did not ask to trim them.
 */
export type IntelCode = 'quote_malformed' | 'quote_trailing_bytes';
