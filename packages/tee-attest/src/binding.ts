/** Composition of CPU evidence, GPU evidence and keys. */
export {
  type Binding,
  type BlockChallenge,
  bindingReportData,
  blockChallenge,
  computeBind,
  type DeviceEvidence,
  DSTACK_EVENT,
  dstackEventDigest,
  gpuCommit,
  gpuNonce,
  MAX_DEVICES,
  runtimeEventDigest,
} from './binding/bind.ts';
export { type BoundKey, encodeKeys, keyAddress } from './binding/bound-key.ts';
export {
  type BindingClaim,
  type BindingEvidence,
  type BindingExpectation,
  type BindingFacts,
  type ExpectedChallenge,
  verifyBinding,
} from './binding/verify-binding.ts';
