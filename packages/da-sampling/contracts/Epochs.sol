// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Settings} from "./Settings.sol";

/// Time in epochs, counted from this contract's creation and judged by block time.
abstract contract Epochs {
    uint64 public immutable GENESIS_TIME;
    uint64 public immutable EPOCH_SECONDS;
    /// How long certificates of the previous epoch are still accepted (da-review.md §5.7).
    uint64 public immutable GRACE_SECONDS;

    error BadSettings();

    constructor(Settings memory settings) {
        if (settings.graceSeconds >= settings.epochSeconds) revert BadSettings();
        GENESIS_TIME = uint64(block.timestamp);
        EPOCH_SECONDS = settings.epochSeconds;
        GRACE_SECONDS = settings.graceSeconds;
    }

    /// The current epoch. Epoch 0 has no committee.
    function currentEpoch() public view returns (uint64) {
        return (uint64(block.timestamp) - GENESIS_TIME) / EPOCH_SECONDS;
    }

    /// The first second of an epoch.
    function epochStart(uint256 epoch) public view returns (uint256) {
        return GENESIS_TIME + epoch * EPOCH_SECONDS;
    }

    /// Whether certificates of `epoch` are accepted now: the current epoch, and the previous within grace.
    function isAccepted(uint64 epoch) public view returns (bool) {
        uint64 current = currentEpoch();
        if (epoch >= current) return epoch == current;
        return epoch == current - 1 && block.timestamp < epochStart(current) + GRACE_SECONDS;
    }
}
