// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// Bytes kept as the code of a contract of their own, behind a STOP so that they never execute: 200 gas a
/// byte to write, 2,600 + 3 a word to read. Blobs are read at addresses this contract created, never at
/// addresses from calldata (da-review.md §5.8).
library CodeBlob {
    /// Deployed code is at most 24,576 bytes (EIP-170), one of them the STOP.
    uint256 internal constant MAX_BYTES = 24_575;

    error BlobTooLong(uint256 size);
    error BlobNotWritten();
    /// The code at a blob's address is not of the size that was written.
    error BlobDamaged(address blob);

    function write(bytes memory content) internal returns (address blob) {
        if (content.length > MAX_BYTES) revert BlobTooLong(content.length);
        // PUSH2 size DUP1 PUSH1 10 RETURNDATASIZE CODECOPY RETURNDATASIZE RETURN, then STOP | content
        bytes memory code =
            abi.encodePacked(hex"61", uint16(content.length + 1), hex"80600a3d393df3", hex"00", content);
        assembly ("memory-safe") {
            blob := create(0, add(code, 32), mload(code))
        }
        if (blob == address(0)) revert BlobNotWritten();
    }

    /// The whole blob, which must be of `size` bytes.
    function read(address blob, uint256 size) internal view returns (bytes memory content) {
        checkSize(blob, size);
        content = new bytes(size);
        assembly ("memory-safe") {
            extcodecopy(blob, add(content, 32), 1, size)
        }
    }

    /// Reading code past its end gives zeros, which are the point at infinity: refuse another size.
    function checkSize(address blob, uint256 size) internal view {
        if (blob.code.length != size + 1) revert BlobDamaged(blob);
    }
}
