/** What verified GPU or switch evidence says: facts that hold whatever the policy is. */
import type { GpuReport } from './report.ts';

/** Facts of one device. */
export interface NvidiaFacts {
  readonly kind: 'gpu' | 'switch';
  /** Architecture by the certificate chain: `GH100`, `GB100`, `LS_10`. */
  readonly architecture: string;
  readonly report: GpuReport;
  /** 32 bytes that the requester chose. */
  readonly nonce: Uint8Array;
  /** SHA-256 of certificate 1's SubjectPublicKeyInfo: the key that the provisioner certified. */
  readonly deviceId: Uint8Array;
  /** For display only: the device's serial number in its certificate. */
  readonly ueid: string | undefined;
  readonly driverVersion: string | undefined;
  readonly vbiosVersion: string;
  readonly features: {
    /** Single device, several devices, or protected PCIe. Undefined where old firmware does not say. */
    readonly mode: 'single' | 'multiple' | 'protected-pcie' | undefined;
    readonly nvdec: 'enabled' | 'disabled' | undefined;
  };
  /** Result of comparison with the reference manifests, absent if none were given. */
  readonly measurements:
    | {
        readonly compared: number;
        /** Indices in the report that no manifest has a value for. */
        readonly withoutReference: readonly number[];
        readonly manifests: readonly {
          readonly id: string;
          readonly version: string;
          readonly sha256: Uint8Array;
        }[];
      }
    | undefined;
  /** Whether every certificate that must be was reported good by OCSP; undefined if not asked. */
  readonly revocationChecked: boolean;
  /** Earliest end of validity among certificates, manifests and OCSP answers. */
  readonly expiresAt: Date;
}
