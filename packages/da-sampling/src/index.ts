export { type Bls, createBls } from '@barycenter/bls';
export { createKzg, type Kzg } from '@barycenter/kzg';
export { apportionedTailLog2, residualSeats } from './apportioned-tail.ts';
export {
  type Attestation,
  type AttestedBlob,
  attestationMessage,
  attestationTag,
  decodeAttestation,
  encodeAttestation,
} from './attestation.ts';
export { AttestationSession, Attester, type AttesterOptions } from './attester.ts';
export {
  type Beacon,
  type BeaconValue,
  checkFreeze,
  drawEpoch,
  type StakeSnapshot,
} from './beacon.ts';
export { CellServer, type CellServerOptions } from './cell-server.ts';
export {
  CELL_BYTES,
  CELL_PROOF_BYTES,
  type PlacedCell,
  type ProvenCell,
  rebuildCell,
  serveCell,
  verifyCells,
} from './cells.ts';
export {
  type AggregateResult,
  aggregate,
  type Certificate,
  type CertificateVerdict,
  decodeCertificate,
  encodeCertificate,
  type RejectedAttestation,
  verifyCertificate,
} from './certificate.ts';
export {
  type AuthenticatedHeader,
  authenticateHeader,
  type CheckedHeader,
  checkHeader,
  type HeaderPolicy,
  type OpenedHeader,
  openHeader,
  type SubmitterRequest,
} from './check-header.ts';
export { checksumSoundnessBits, checksumWidth } from './checksum.ts';
export {
  assignRows,
  type Committee,
  type CommitteeMember,
  type CommitteeOptions,
  memberIndex,
  sampleCommittee,
  type Validator,
} from './committee.ts';
export { CUSTODY_GROUPS, custodyGroups } from './custody.ts';
export { type Delivery, deliveryBytes, planDeliveries } from './delivery.ts';
export { type Domain, encodeDomain } from './domain.ts';
export {
  createDrandBeacon,
  type DrandChain,
  type DrandRound,
  decodeDrandChain,
  decodeDrandRound,
  drandChainHash,
  drandRandomness,
  drandRoundAt,
  drandRoundSeconds,
  quicknet,
  verifyDrandRound,
} from './drand.ts';
export {
  type BlobOptions,
  type EncodedBlob,
  type EncodeOptions,
  encodeBlob,
} from './encode-blob.ts';
export { committeesInTime } from './epoch-committees.ts';
export {
  beaconSeconds,
  type EpochMoment,
  type EpochSchedule,
  epochAt,
  epochStart,
  isAccepted,
  isSigned,
  lockedUntil,
} from './epochs.ts';
export {
  DaError,
  type DaErrorCode,
  type EquivocationEvidence,
  type SignedHeader,
} from './errors.ts';
export {
  type BlobHeader,
  decodeHeader,
  encodeHeader,
  HEADER_BYTES,
  HEADER_VERSION,
  headerRoot,
  headerSize,
  ZODA_HEADER_VERSION,
} from './header.ts';
export { decodeHeaderMessage, encodeHeaderMessage, type HeaderMessage } from './header-message.ts';
export { chosenScheme, kzgScheme, type SchemeChoice } from './kzg-scheme.ts';
export {
  type Blame,
  type CellSource,
  LightClient,
  type LightClientOptions,
  type SampleReport,
} from './light-client.ts';
export type { InvalidPayloadCode, UnpackedPayload } from './payload.ts';
export {
  EIP7594,
  type Geometry,
  geometry,
  MAX_BLOB_BYTES,
  maxPayloadBytes,
  PROFILES,
  type Profile,
  type SchemeName,
  STRONG,
  schemeName,
  ZG,
  ZODA,
} from './profile.ts';
export { createRandaoBeacon, type RandaoBlock, type RandaoOptions } from './randao.ts';
export { recoverBlob } from './recover-blob.ts';
export { checkRegistrations, createRegistration, type Registration } from './registration.ts';
export { type RepairOptions, repairRows } from './repair-rows.ts';
export {
  MAX_KEPT_BLOBS,
  prunableThrough,
  RetentionIndex,
  type SignedBlob,
} from './retention.ts';
export {
  type RetrievedBlob,
  type RetrieveOptions,
  type RowSource,
  retrieveBlob,
} from './retrieve-blob.ts';
export type { RowCheck, RowChecker } from './row-check.ts';
export {
  isVerifiedRow,
  MAX_ROWS_AHEAD,
  type RowOutcome,
  type RowStreamOptions,
  RowVerifier,
  type VerifiedRow,
} from './row-verifier.ts';
export { decodeRowMessage, encodeRowMessage, type RowMessage } from './rows.ts';
export { type RpcRequest, rpcBlockReader } from './rpc-blocks.ts';
export { CELLS_PER_ROW, type Sample, type SampleStore } from './samples.ts';
export {
  clientsToDecode,
  fooledClients,
  repairBytes,
  sampleBytes,
  type TolerantTest,
  tolerantTest,
} from './sampling-plan.ts';
export type { CommitmentScheme, SampleCode } from './scheme.ts';
export {
  type CommitteeParameters,
  committeeFailureBits,
  committeeLivenessBits,
  type DrawnCommittee,
  samplesFor,
  seatsCorruptedAfterSeed,
  shareCorruptedAfterSeed,
  undecodableShare,
} from './security.ts';
export { SHUFFLE_ROUNDS, shuffledIndex, shuffleList, unshuffleList } from './shuffle.ts';
export { isEquivocation, submitterAddress } from './submitter.ts';
export { binomialTailLog2, type Draw, hypergeometricTailLog2, type Share } from './tails.ts';
export { createZoda } from './zoda.ts';
