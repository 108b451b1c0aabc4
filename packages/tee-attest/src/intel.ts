/** `@barycenter/tee-attest/intel`: SGX and TDX quotes, their collateral, their event logs. */
export type { IntelCode } from './intel/codes.ts';
export {
  type IntelCollateral,
  type PcsResponses,
  type PcsStatement,
  parseIntelCollateral,
  readPcsResponses,
  type SignedText,
} from './intel/collateral.ts';
export {
  type LogEvent,
  MAX_EVENT_LOG_BYTES,
  parseCcEventLog,
  parseDstackEventLog,
} from './intel/event-log.ts';
export type {
  CollateralFacts,
  IntelFacts,
  PckFacts,
  TcbDistance,
  TcbLevelFacts,
  TcbStatus,
} from './intel/facts.ts';
export {
  type IntelContext,
  type PreparedIntelCollateral,
  prepareIntelCollateral,
} from './intel/prepared.ts';
export { parseQeIdentity, type QeIdentity } from './intel/qe-identity.ts';
export { MAX_QUOTE_BYTES, parseQuote, type Quote, type QuoteOptions } from './intel/quote.ts';
export {
  parseSgxReport,
  parseTdReport,
  type SgxAttributes,
  type SgxReport,
  type TdAttributes,
  type TdReport,
} from './intel/report.ts';
export {
  type EventLogFacts,
  type EventLogOptions,
  replayEventLog,
  verifyEventLog,
} from './intel/rtmr.ts';
export {
  type PlatformLevel,
  parseTcbInfo,
  type SvnLevel,
  type TcbInfo,
  type TdxModule,
  type TdxModuleIdentity,
} from './intel/tcb-info.ts';
export {
  type VerifyQuoteOptions,
  verifyQuote,
  verifySgx,
  verifyTdx,
} from './intel/verify.ts';
