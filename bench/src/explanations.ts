/**
 * Why a row misses a bound, by row: what a profile showed. The report prints these beside the rows
 * that are not met, and says so where one is missing. Keys are row names, or `backend row` for one
 * back end only.
 */
export const EXPLANATIONS: Readonly<Record<string, string>> = {};
