// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {Bls12381} from "./Bls12381.sol";
import {CodeBlob} from "./CodeBlob.sol";
import {Committees} from "./Committees.sol";
import {startOf} from "./MemoryStart.sol";
import {Precompiles} from "./Precompiles.sol";
import {Settings} from "./Settings.sol";

/// Judges and records certificates: src/certificate.ts, da-review.md §5. The rules are those of
/// verifyCertificate in the same order; the errors are its codes.
///
/// The key of the signers is the committee's total less the keys of the members that are absent, so the
/// cost grows with those who are missing. H(m) is computed here, from what is stored here.
abstract contract Certificates is Committees {
    bytes internal constant ATTESTATION_TAG = "BARYCENTER_DA_ATTEST_V1_BLS12381G2_XMD:SHA-256_SSWU_RO_";

    uint256 private constant MAX_STEPS = 5;
    uint256 private constant BYTES_PER_PAYLOAD_ELEMENT = 31;

    uint16 public immutable PROFILE_ID;
    /// T, the signed seats needed.
    uint16 public immutable THRESHOLD_ROWS;
    /// The profile's steps, the first lowest: maxElements u32 | dataRows u16 in 48 bits each.
    uint256 private immutable STEPS;

    struct Certificate {
        bytes32 headerRoot;
        uint64 epoch;
        uint16 profile;
        uint32 byteLength;
        /// Bit i (least significant first) of byte i / 8: member i signed. Exactly ceil(members / 8) bytes.
        bytes bitmap;
        /// The aggregate signature, 256 bytes.
        bytes signature;
    }

    /// What a certificate is worth: the blob is recoverable while at most `toleratedAdversarySeats` of the
    /// signed seats are adversarial.
    struct Verdict {
        uint64 epoch;
        uint32 byteLength;
        uint16 signedSeats;
        uint16 neededSeats;
        uint16 toleratedAdversarySeats;
    }

    /// Verdicts of recorded certificates. Certificates are not unique, so the blob is the key; a blob that
    /// was not certified has neededSeats = 0.
    mapping(bytes32 headerRoot => Verdict) public certified;

    event Certified(
        bytes32 indexed headerRoot,
        uint64 indexed epoch,
        uint32 byteLength,
        uint16 signedSeats,
        uint16 toleratedAdversarySeats
    );

    error ProfileNotPinned(uint16 profile);
    error GeometryMismatch(uint32 byteLength);
    error EpochUnknown(uint64 epoch);
    error BitmapLength(uint256 length);
    error BitmapHighBits();
    error NoSigners();
    error BelowThreshold(uint256 signedSeats);
    error SignatureInvalid();

    constructor(Settings memory settings) {
        uint256 steps = 0;
        uint256 count = settings.profile.steps.length;
        uint16 threshold = settings.profile.thresholdRows;
        if (count == 0 || count > MAX_STEPS || threshold == 0 || threshold > settings.profile.rowCount) {
            revert BadSettings();
        }
        uint32 previous = 0;
        for (uint256 i = 0; i < count; ++i) {
            uint32 maxElements = settings.profile.steps[i].maxElements;
            uint16 dataRows = settings.profile.steps[i].dataRows;
            if (maxElements <= previous || dataRows == 0 || dataRows > threshold) revert BadSettings();
            previous = maxElements;
            steps |= ((uint256(maxElements) << 16) | dataRows) << (48 * i);
        }
        PROFILE_ID = settings.profile.id;
        THRESHOLD_ROWS = threshold;
        STEPS = steps;
    }

    /// What a certificate is worth; reverts with the reason if it is none.
    function verify(Certificate calldata certificate) public view returns (Verdict memory) {
        if (certificate.profile != PROFILE_ID) revert ProfileNotPinned(certificate.profile);
        uint256 dataRows = _dataRows(certificate.byteLength);
        if (!isAccepted(certificate.epoch)) revert EpochUnknown(certificate.epoch);
        (bytes memory table, CommitteeRecord memory committee) = _readTable(certificate.epoch);
        (uint256 signedSeats, bytes memory negatedKey) = _countSigners(certificate.bitmap, table, committee);
        if (signedSeats == 0) revert NoSigners();
        if (signedSeats < THRESHOLD_ROWS) revert BelowThreshold(signedSeats);
        bytes memory message = _message(certificate, table);
        if (!Bls12381.verify(negatedKey, message, ATTESTATION_TAG, certificate.signature)) {
            revert SignatureInvalid();
        }
        return Verdict({
            epoch: certificate.epoch,
            byteLength: certificate.byteLength,
            signedSeats: uint16(signedSeats),
            neededSeats: THRESHOLD_ROWS,
            toleratedAdversarySeats: uint16(signedSeats - dataRows)
        });
    }

    /// Verifies a certificate and keeps its verdict. A blob that has one already keeps it.
    function record(Certificate calldata certificate) external returns (Verdict memory verdict) {
        verdict = certified[certificate.headerRoot];
        if (verdict.neededSeats != 0) return verdict;
        verdict = verify(certificate);
        certified[certificate.headerRoot] = verdict;
        emit Certified(
            certificate.headerRoot,
            verdict.epoch,
            verdict.byteLength,
            verdict.signedSeats,
            verdict.toleratedAdversarySeats
        );
    }

    /// k of a payload's length: src/profile.ts, geometry.
    function _dataRows(uint32 byteLength) internal view returns (uint256) {
        uint256 elements = (uint256(byteLength) + BYTES_PER_PAYLOAD_ELEMENT - 1) / BYTES_PER_PAYLOAD_ELEMENT;
        for (uint256 steps = STEPS; elements != 0 && steps != 0; steps >>= 48) {
            if (elements <= uint32(steps >> 16)) return uint16(steps);
        }
        revert GeometryMismatch(byteLength);
    }

    /// Seats of the members whose bit is set, and the negative of the sum of their keys: the committee's
    /// negated total plus the keys of the others. Infinity is left to Bls12381.verify to refuse.
    function _countSigners(bytes calldata bitmap, bytes memory table, CommitteeRecord memory committee)
        private
        view
        returns (uint256 seats, bytes memory negatedKey)
    {
        uint256 memberCount = committee.memberCount;
        if (bitmap.length != (memberCount + 7) / 8) revert BitmapLength(bitmap.length);
        address keys;
        uint256 start = startOf(table);
        // The accumulator, and after it the place of the key that is added.
        negatedKey = new bytes(2 * Bls12381.G1_BYTES);
        uint256 sum = startOf(negatedKey);
        assembly ("memory-safe") {
            keys := shr(96, mload(add(start, 64)))
            mcopy(sum, add(start, 84), 128)
        }
        CodeBlob.checkSize(keys, committee.keyCount * Bls12381.PACKED_KEY_BYTES);
        seats = ROW_COUNT;
        uint256 entry = start + TABLE_HEAD_BYTES;
        unchecked {
            for (uint256 i = 0; i < bitmap.length; ++i) {
                uint256 absent = uint8(~bitmap[i]);
                uint256 rest = memberCount - 8 * i;
                if (rest < 8) {
                    uint256 valid = (1 << rest) - 1;
                    if ((absent | valid) != 0xff) revert BitmapHighBits();
                    absent &= valid;
                }
                for (uint256 row = entry; absent != 0; absent >>= 1) {
                    if (absent & 1 == 1) seats -= _addKey(sum, keys, row);
                    row += TABLE_ENTRY_BYTES;
                }
                entry += 8 * TABLE_ENTRY_BYTES;
            }
        }
        assembly ("memory-safe") {
            mstore(negatedKey, 128)
        }
    }

    /// Adds the key of a table entry to the point at `sum`, which has room for a point after it, and
    /// answers the member's seats.
    function _addKey(uint256 sum, address keys, uint256 entry) private view returns (uint256 seats) {
        assembly ("memory-safe") {
            let row := shr(232, mload(entry))
            seats := and(row, 0xffff)
            extcodecopy(keys, add(sum, 144), add(1, mul(shr(16, row), 96)), 96)
            // y to its place, 16 bytes on, and zeros before it
            mcopy(add(sum, 208), add(sum, 192), 48)
            mstore(add(sum, 192), shr(128, mload(add(sum, 208))))
        }
        Precompiles.run(Precompiles.G1_ADD, sum, 2 * Bls12381.G1_BYTES, sum, Bls12381.G1_BYTES);
    }

    /// The signed bytes: src/attestation.ts.
    function _message(Certificate calldata certificate, bytes memory table) private view returns (bytes memory) {
        bytes32 root;
        assembly ("memory-safe") {
            root := mload(add(table, 32))
        }
        return abi.encodePacked(
            _domain(),
            Bytes.reverseBytes8(bytes8(certificate.epoch)),
            root,
            certificate.headerRoot,
            Bytes.reverseBytes2(bytes2(certificate.profile)),
            Bytes.reverseBytes4(bytes4(certificate.byteLength))
        );
    }
}
