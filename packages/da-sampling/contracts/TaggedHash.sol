// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Precompiles} from "./Precompiles.sol";

/// TH(tag, x) = sha256(sha256(tag) || sha256(tag) || x), da-review.md §1.1; src/tagged-hash.ts.
/// The constants are sha256(tag); equality of the roots with TypeScript's tests them.
library TaggedHash {
    /// sha256("BARYCENTER_DA_SNAPSHOT_V1")
    bytes32 internal constant SNAPSHOT = 0x7c5248f76492006e615651a69edf0e302a3daae7a80344fcee70009db61176de;
    /// sha256("BARYCENTER_DA_SEAT_DRAW_V1")
    bytes32 internal constant SEAT_DRAW = 0xfdd8e64639b846ec049ffea50a1df76b1c8cc015026524ae26a0e361c3f587f6;
    /// sha256("BARYCENTER_DA_COMMITTEE_V1")
    bytes32 internal constant COMMITTEE = 0x495b1233db9111d2457b026745cc25020e5dbeada45700e79a427046c6a96fe0;
    /// sha256("BARYCENTER_DA_HEADER_V1")
    bytes32 internal constant HEADER = 0x916d399822bc211af4e0fb85c8588bc36e245c1d17e72ec4b492dd7316aad34a;
    /// sha256("BARYCENTER_DA_COMMITMENT_LEAF_V1")
    bytes32 internal constant COMMITMENT_LEAF = 0x264d162807e87355e4c3dd763e1e171d5138e50d23e179255c3e4b990e3ec6ef;
    /// sha256("BARYCENTER_DA_COMMITMENT_NODE_V1")
    bytes32 internal constant COMMITMENT_NODE = 0x66e9190a9bf10571835013b91edcc992bb1d7733ac0b6e67a06794b99d2c0368;

    function hash(bytes32 tag, bytes memory data) internal view returns (bytes32) {
        return Precompiles.sha(abi.encodePacked(tag, tag, data));
    }
}
