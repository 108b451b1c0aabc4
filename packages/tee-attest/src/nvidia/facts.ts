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
  /** For display only: serial number of the leaf in decimal, as in NVIDIA's tokens. Changes with firmware. */
  readonly ueid: string | undefined;
  /** 48 bytes: hash of the firmware that holds the signing key, by the leaf certificate. */
  readonly fwid: Uint8Array;
  /** Absent for switches. */
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
        /** Indices with a reference value that does not apply: the video decoder's while it is off. */
        readonly skipped: readonly number[];
        /** Indices in the report that no manifest has a value for. */
        readonly withoutReference: readonly number[];
        readonly manifests: readonly {
          readonly kind: 'driver' | 'vbios';
          readonly id: string;
          readonly version: string;
          readonly sha256: Uint8Array;
        }[];
      }
    | undefined;
  /** Whether OCSP reported good every certificate between leaf and root, and the manifests' signers. */
  readonly revocationChecked: boolean;
  /** Earliest end of validity among certificates, manifests and OCSP answers. */
  readonly expiresAt: Date;
}
