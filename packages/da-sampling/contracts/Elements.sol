// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {Certificates} from "./Certificates.sol";
import {startOf} from "./MemoryStart.sol";
import {Precompiles} from "./Precompiles.sol";
import {TaggedHash} from "./TaggedHash.sol";

/// Reads 31 payload bytes of a certified blob: the header hashes to the blob's headerRoot, the row's
/// commitment stands under its commitmentsRoot, and the point-evaluation precompile of EIP-4844 opens the
/// commitment at the element's place. Data rows only: commitments of coded rows are sums of k points.
abstract contract Elements is Certificates {
    /// Offsets in the header, src/header.ts, and its length.
    uint256 private constant HEADER_BYTES = 258;
    uint256 private constant DATA_ROWS_AT = 4;
    uint256 private constant USED_COLUMNS_AT = 8;
    uint256 private constant BYTE_LENGTH_AT = 10;
    uint256 private constant COMMITMENTS_ROOT_AT = 114;

    uint256 private constant BYTES_PER_ELEMENT = 31;
    uint256 private constant ELEMENTS_PER_BLOB = 4096;
    uint256 private constant FIELD_MODULUS = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001;
    /// 7^((r - 1) / 4096), EIP-4844.
    uint256 private constant ROOT_OF_UNITY = 0x564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d36306;

    struct ElementProof {
        /// The 258 bytes of the blob's header.
        bytes header;
        /// Commitment of the element's row, 48 bytes, and its branch under commitmentsRoot, leaf level first.
        bytes commitment;
        bytes32[] branch;
        /// KZG proof of EIP-4844, 48 bytes.
        bytes proof;
    }

    error NotCertified(bytes32 headerRoot);
    error ElementIndex(uint256 index);
    error CommitmentsMismatch();
    error ProofInvalid();

    /// Proves that payload bytes 31 index .. 31 index + 30 of the certified blob are `data`; bytes past the
    /// payload's end are zero. Answers the blob's headerRoot; reverts with the reason otherwise. That the
    /// rest of the blob is no INVALID payload is not shown.
    function verifyElement(uint256 index, bytes31 data, ElementProof calldata proof)
        external
        view
        returns (bytes32 headerRoot)
    {
        if (proof.header.length != HEADER_BYTES || proof.commitment.length != 48 || proof.proof.length != 48) {
            revert BadForm();
        }
        headerRoot = TaggedHash.hash(TaggedHash.HEADER, proof.header);
        if (certified[headerRoot].neededSeats == 0) revert NotCertified(headerRoot);
        uint256 byteLength = _littleEndian(proof.header, BYTE_LENGTH_AT, 4);
        if (index >= (byteLength + BYTES_PER_ELEMENT - 1) / BYTES_PER_ELEMENT) revert ElementIndex(index);
        uint256 columns = _littleEndian(proof.header, USED_COLUMNS_AT, 2);
        _checkCommitment(index / columns, proof);
        _checkPoint(index % columns, bytes32(data) >> 8, proof);
    }

    /// The row's commitment under commitmentsRoot: src/header.ts, commitmentsRoot.
    function _checkCommitment(uint256 row, ElementProof calldata proof) private view {
        uint256 dataRows = _littleEndian(proof.header, DATA_ROWS_AT, 2);
        if (1 << proof.branch.length != dataRows) revert CommitmentsMismatch();
        bytes32 node = TaggedHash.hash(
            TaggedHash.COMMITMENT_LEAF, abi.encodePacked(Bytes.reverseBytes2(bytes2(uint16(row))), proof.commitment)
        );
        for (uint256 depth = 0; depth < proof.branch.length; ++depth) {
            bytes32 sibling = proof.branch[depth];
            bool isRight = (row >> depth) & 1 == 1;
            node = TaggedHash.hash(
                TaggedHash.COMMITMENT_NODE,
                isRight ? abi.encodePacked(sibling, node) : abi.encodePacked(node, sibling)
            );
        }
        if (node != bytes32(proof.header[COMMITMENTS_ROOT_AT:])) revert CommitmentsMismatch();
    }

    /// f(w^brp(column)) = y by POINT_EVALUATION, which answers the 64 bytes of two constants.
    function _checkPoint(uint256 column, bytes32 y, ElementProof calldata proof) private view {
        bytes32 versionedHash = Precompiles.sha(proof.commitment);
        versionedHash = bytes32(uint256(1) << 248) | (versionedHash & bytes32(type(uint256).max >> 8));
        bytes memory input =
            abi.encodePacked(versionedHash, _domainPoint(column), y, proof.commitment, proof.proof);
        uint256 start = startOf(input);
        if (!Precompiles.tryRun(Precompiles.POINT_EVALUATION, start, input.length, start, 64)) revert ProofInvalid();
    }

    /// w^brp(column): where a blob's polynomial has the element at this position.
    function _domainPoint(uint256 column) private view returns (uint256 point) {
        uint256 reversed = 0;
        for (uint256 bits = ELEMENTS_PER_BLOB; bits > 1; bits >>= 1) {
            reversed = (reversed << 1) | (column & 1);
            column >>= 1;
        }
        bytes memory input = abi.encode(32, 32, 32, ROOT_OF_UNITY, reversed, FIELD_MODULUS);
        uint256 start = startOf(input);
        Precompiles.run(Precompiles.MODEXP, start, input.length, start, 32);
        assembly ("memory-safe") {
            point := mload(start)
        }
    }

    function _littleEndian(bytes calldata data, uint256 start, uint256 size) private pure returns (uint256 value) {
        for (uint256 i = size; i > 0; --i) {
            value = (value << 8) | uint8(data[start + i - 1]);
        }
    }
}
