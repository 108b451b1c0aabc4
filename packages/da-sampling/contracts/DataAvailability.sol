// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Certificates} from "./Certificates.sol";
import {Committees} from "./Committees.sol";
import {Elements} from "./Elements.sol";
import {Epochs} from "./Epochs.sol";
import {Settings} from "./Settings.sol";
import {Validators} from "./Validators.sol";

/// Registry and certificate verifier of one namespace; its address is the registry of the signed domain.
/// No owner, no upgrade. Needs the precompiles of EIP-2537 and EIP-4844 and the rules of Cancun.
contract DataAvailability is Elements {
    constructor(Settings memory settings)
        Epochs(settings)
        Validators(settings)
        Committees(settings)
        Certificates(settings)
    {}
}
