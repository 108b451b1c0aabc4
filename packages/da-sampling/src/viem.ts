/** The contracts of `contracts/` through a viem client, which is the caller's: nothing of viem is imported. */
export { DATA_AVAILABILITY_ABI } from './abi.ts';
export { encodeBlockHeader, type HeaderFields } from './block-header.ts';
export { DATA_AVAILABILITY_BYTECODE } from './bytecode.ts';
export {
  type ChainReader,
  type ContractCall,
  certificateCall,
  type Deployment,
  type DeploymentSettings,
  deployment,
  elementCall,
  formCall,
  judgeCertificate,
  readCommittee,
  registerCall,
} from './contract-client.ts';
export { type ElementProof, proveElement } from './element-proof.ts';
export { compressKey, expandSignature, packKey } from './evm-points.ts';
