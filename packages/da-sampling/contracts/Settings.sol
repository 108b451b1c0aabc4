// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// A payload of at most `maxElements` elements of 31 bytes uses `dataRows` data rows.
struct Step {
    uint32 maxElements;
    uint16 dataRows;
}

/// A profile of src/profile.ts; the steps ascend.
struct Profile {
    uint16 id;
    uint16 rowCount;
    uint16 thresholdRows;
    Step[] steps;
}

/// What a deployment fixes for ever.
struct Settings {
    /// The one namespace whose certificates are judged.
    bytes32 namespace;
    /// The one profile that is accepted.
    Profile profile;
    uint64 epochSeconds;
    /// Less than epochSeconds.
    uint64 graceSeconds;
    uint64 retentionSeconds;
    /// Blocks from a snapshot to the block whose RANDAO value seeds its committee: more than finality takes.
    uint64 seedDelayBlocks;
    /// In wei, more than 0.
    uint96 minStake;
}
