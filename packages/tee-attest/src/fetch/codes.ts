/** Codes of fetching collateral and of offline bundles. */

/**
 * - `fetch_request`: what evidence says of itself cannot be asked for: a masked chip identifier;
 * - `fetch_failed`: no answer: the connection failed, was not allowed (browsers: no CORS), or too many
 *   requests are waiting;
 * - `fetch_timeout`: no complete answer within the time allowed;
 * - `fetch_not_found`: the service, or the offline bundle, does not have it (404);
 * - `fetch_rate_limited`: the service refuses further requests for now (429), after all attempts;
 * - `fetch_status`: any other answer than success;
 * - `fetch_too_large`: a longer answer than what was asked for can have;
 * - `fetch_malformed`: an answer without the headers or fields that the service's protocol has;
 * - `bundle_malformed`: not an offline bundle of a known version, or too long.
 */
export type FetchCode =
  | 'fetch_request'
  | 'fetch_failed'
  | 'fetch_timeout'
  | 'fetch_not_found'
  | 'fetch_rate_limited'
  | 'fetch_status'
  | 'fetch_too_large'
  | 'fetch_malformed'
  | 'bundle_malformed';
