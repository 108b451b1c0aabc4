// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// Calls to precompiles that may be absent: a call to an address without code succeeds with no data,
/// so the size of every answer is checked (da-review.md §5.8).
library Precompiles {
    uint256 internal constant SHA256 = 0x02;
    uint256 internal constant MODEXP = 0x05;
    uint256 internal constant POINT_EVALUATION = 0x0a;
    uint256 internal constant G1_ADD = 0x0b;
    uint256 internal constant G2_ADD = 0x0d;
    uint256 internal constant PAIRING_CHECK = 0x0f;
    uint256 internal constant MAP_FP2_TO_G2 = 0x11;

    /// The precompile is absent, refused its input, or answered with another size than its standard says.
    error PrecompileFailed(uint256 precompile);

    /// Reads `inputSize` bytes of memory at `input`, writes `outputSize` bytes at `output`, or reverts.
    function run(uint256 precompile, uint256 input, uint256 inputSize, uint256 output, uint256 outputSize)
        internal
        view
    {
        if (!tryRun(precompile, input, inputSize, output, outputSize)) revert PrecompileFailed(precompile);
    }

    /// Like `run`, but answers false if the precompile refuses its input. Still reverts if it is absent.
    function tryRun(uint256 precompile, uint256 input, uint256 inputSize, uint256 output, uint256 outputSize)
        internal
        view
        returns (bool accepted)
    {
        uint256 size;
        assembly ("memory-safe") {
            accepted := staticcall(gas(), precompile, input, inputSize, output, outputSize)
            size := returndatasize()
        }
        if (accepted && size != outputSize) revert PrecompileFailed(precompile);
    }

    /// SHA-256 of `data`.
    function sha(bytes memory data) internal view returns (bytes32 digest) {
        bool hashed;
        assembly ("memory-safe") {
            hashed := staticcall(gas(), SHA256, add(data, 32), mload(data), 0, 32)
            hashed := and(hashed, eq(returndatasize(), 32))
            digest := mload(0)
        }
        if (!hashed) revert PrecompileFailed(SHA256);
    }
}
