// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// Where the first byte of `data` lies in memory.
function startOf(bytes memory data) pure returns (uint256 start) {
    assembly ("memory-safe") {
        start := add(data, 32)
    }
}
