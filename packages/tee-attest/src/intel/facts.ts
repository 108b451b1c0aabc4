/** What a verified SGX or TDX quote says: facts that hold whatever the policy is. */
import type { SgxReport, TdReport } from './report.ts';

/** Status of a TCB level, in Intel's spelling (PCS API v4), and the two that relaunching cures. */
export type TcbStatus =
  | 'UpToDate'
  | 'SWHardeningNeeded'
  | 'ConfigurationNeeded'
  | 'ConfigurationAndSWHardeningNeeded'
  | 'OutOfDate'
  | 'OutOfDateConfigurationNeeded'
  | 'TDRelaunchAdvised'
  | 'TDRelaunchAdvisedConfigurationNeeded'
  | 'Revoked';

/** A matched level of a platform, a TDX module or a quoting enclave. */
export interface TcbLevelFacts {
  readonly status: TcbStatus;
  readonly date: Date;
  readonly advisories: readonly string[];
}

/** How far a platform is behind the newest level of its TCB info. */
export interface TcbDistance {
  /**
   * Components below the newest level: name (`sgx[3]`, `tdx[0]`, `pcesvn`, `tdxmodule`, `qe`), what is
   * there, what is newest.
   */
  readonly components: readonly {
    readonly name: string;
    readonly actual: number;
    readonly newest: number;
  }[];
  /** Levels between the matched one and the newest, 0 when it is the newest. */
  readonly levelsBehind: number;
  /** Days between the matched level's and the newest level's TCB date. */
  readonly daysBehind: number;
}

/** What the PCK certificate says about the platform. */
export interface PckFacts {
  /** 6 bytes. */
  readonly fmspc: Uint8Array;
  /** 2 bytes. */
  readonly pceId: Uint8Array;
  /** 16 bytes: the platform's provisioning identity. */
  readonly ppid: Uint8Array;
  /** 16 components of the CPUSVN. */
  readonly cpuSvn: readonly number[];
  readonly pceSvn: number;
  readonly sgxType: 'standard' | 'scalable' | 'scalable-with-integrity';
  /** 16 bytes, of multi-package platforms (Platform CA). */
  readonly platformInstanceId: Uint8Array | undefined;
  /** Flags of multi-package platforms. */
  readonly configuration:
    | {
        readonly dynamicPlatform: boolean;
        readonly cachedKeys: boolean;
        readonly smtEnabled: boolean;
      }
    | undefined;
}

/** Dates and number of a signed statement of Intel. */
export interface CollateralFacts {
  readonly version: number;
  readonly issueDate: Date;
  readonly nextUpdate: Date;
  readonly evaluationDataNumber: number;
}

/** Facts of one quote. */
export interface IntelFacts {
  readonly kind: 'sgx' | 'tdx';
  readonly quoteVersion: 3 | 4 | 5;
  readonly body: SgxReport | TdReport;
  /** 20 bytes of the header: which quoting enclave of the platform, by Intel's reference one. */
  readonly userData: Uint8Array;
  /** 64 bytes of the body. */
  readonly reportData: Uint8Array;
  readonly quotingEnclave: SgxReport;
  readonly pck: PckFacts;
  readonly tcb: {
    /** Everything merged, by the rules of Intel's Quote Verification Library. */
    readonly status: TcbStatus;
    readonly platform: TcbLevelFacts;
    /** The level by SGX components and PCESVN alone. */
    readonly sgx: TcbLevelFacts;
    /** Absent for SGX and for TDX modules of version 0. */
    readonly module: (TcbLevelFacts & { readonly id: string }) | undefined;
    readonly quotingEnclave: TcbLevelFacts;
    /** Union over all matched levels, sorted. */
    readonly advisories: readonly string[];
    /** Oldest of the matched levels' dates. */
    readonly date: Date;
    /** Lower of TCB info's and quoting enclave identity's tcbEvaluationDataNumber. */
    readonly evaluationDataNumber: number;
    readonly distance: TcbDistance;
  };
  /** What the platform was judged by. */
  readonly collateral: {
    readonly tcbInfo: CollateralFacts;
    readonly qeIdentity: CollateralFacts;
  };
  /** Earliest end of validity among certificates, lists, TCB info and identity. */
  readonly expiresAt: Date;
  /** CRL numbers in hexadecimal: of the root's list and of the PCK CA's list. */
  readonly crlNumbers: { readonly root: string | undefined; readonly pck: string | undefined };
}
