/**
 * The roots that evidence is traced to, as SHA-256 of their certificates' DER in lower-case
 * hexadecimal. The defaults are the vendors' production roots; tests and private deployments pass
 * their own. A test derives the pins from the vendors' samples.
 */

/** Pinned roots per vendor. More than one pin means any of them. */
export interface TrustAnchors {
  /** Intel SGX Root CA. */
  readonly intel: readonly string[];
  /** AMD Root Keys (ARK) by product. */
  readonly amd: {
    readonly milan: readonly string[];
    readonly genoa: readonly string[];
    readonly turin: readonly string[];
  };
  /** NVIDIA Device Identity CA. */
  readonly nvidiaDevice: readonly string[];
  /** NVIDIA CoRIM signing Root CA. */
  readonly nvidiaRim: readonly string[];
}

/**
 * The vendors' production roots, as published until November 2026: Intel's at
 * `certificates.trustedservices.intel.com/IntelSGXRootCA.der`, AMD's at
 * `kdsintf.amd.com/vcek/v1/{product}/cert_chain`, NVIDIA's in `NVIDIA/nvtrust` under `certs`.
 */
export const PRODUCTION_TRUST: TrustAnchors = {
  intel: ['44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3'],
  amd: {
    milan: ['69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd'],
    genoa: ['4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1'],
    turin: ['1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a'],
  },
  nvidiaDevice: ['102bf659d5419614c9d8e6aecebc80454eb26b1df6a769ac720b9a690b167b48'],
  nvidiaRim: ['12977b5115acb0381179279fffeb5a8c4d264971ebb32298023a465fa41df5d1'],
};
