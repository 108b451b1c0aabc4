// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {startOf} from "./MemoryStart.sol";
import {Precompiles} from "./Precompiles.sol";

/// BLS signatures with keys in G1 and signatures in G2 on the precompiles of EIP-2537.
///
/// A field element is 64 bytes (16 zeros, then 48 big-endian), a point of G1 128 bytes (x | y), of G2 256
/// bytes (x0 | x1 | y0 | y1), infinity all zeros. A packed key is x | y without the zeros, 96 bytes.
/// PAIRING_CHECK refuses points outside their group and elements of p and more; G1_ADD and G2_ADD check
/// the curve only, so keys enter sums only after a pairing has accepted them.
library Bls12381 {
    uint256 internal constant G1_BYTES = 128;
    uint256 internal constant G2_BYTES = 256;
    uint256 internal constant PACKED_KEY_BYTES = 96;

    /// p, the order of the base field: upper 16 and lower 32 bytes.
    uint256 private constant P_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 private constant P_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;
    /// (p - 1) / 2.
    uint256 private constant HALF_HIGH = 0x0d0088f51cbff34d258dd3db21a5d66b;
    uint256 private constant HALF_LOW = 0xb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555;

    /// The generator of G1.
    bytes private constant GENERATOR = hex"00000000000000000000000000000000"
        hex"17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
        hex"00000000000000000000000000000000"
        hex"08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1";

    /// Whether `signature` is of `message` under the key whose negative is given:
    /// e(-key, H(message)) e(G, signature) = 1. False for points outside their group, for infinity on either
    /// side, which would satisfy the equation, and for any other length: PAIRING_CHECK takes any number of
    /// pairs, so bytes after the signature could be a pair that cancels the first. Two pairings.
    function verify(
        bytes memory negatedKey,
        bytes memory message,
        bytes memory tag,
        bytes calldata signature
    ) internal view returns (bool) {
        if (signature.length != G2_BYTES || _isZero(negatedKey) || _isZero(signature)) return false;
        bytes memory pairs = abi.encodePacked(negatedKey, hashToG2(message, tag), GENERATOR, signature);
        uint256 start = startOf(pairs);
        if (!Precompiles.tryRun(Precompiles.PAIRING_CHECK, start, pairs.length, start, 32)) return false;
        uint256 word;
        assembly ("memory-safe") {
            word := mload(start)
        }
        return word == 1;
    }

    /// hash_to_curve for G2, RFC 9380 §3, suite BLS12381G2_XMD:SHA-256_SSWU_RO_. MAP_FP2_TO_G2 clears the
    /// cofactor, which commutes with the addition. `tag` has at most 255 bytes.
    function hashToG2(bytes memory message, bytes memory tag) internal view returns (bytes memory point) {
        bytes memory elements = _hashToField(_expandMessage(message, tag));
        bytes memory points = new bytes(2 * G2_BYTES);
        point = new bytes(G2_BYTES);
        uint256 from = startOf(elements);
        uint256 to = startOf(points);
        Precompiles.run(Precompiles.MAP_FP2_TO_G2, from, 128, to, G2_BYTES);
        Precompiles.run(Precompiles.MAP_FP2_TO_G2, from + 128, 128, to + G2_BYTES, G2_BYTES);
        Precompiles.run(Precompiles.G2_ADD, to, 2 * G2_BYTES, startOf(point), G2_BYTES);
    }

    /// The 48-byte compressed encoding of a packed key in memory at `key`, as three flags and x
    /// (draft-irtf-cfrg-pairing-friendly-curves, appendix C), written at `to`. Not for infinity.
    function compress(uint256 key, uint256 to) internal pure {
        (uint256 high, uint256 low) = _readY(key + 48);
        bool isLarger = high > HALF_HIGH || (high == HALF_HIGH && low > HALF_LOW);
        uint256 flags = isLarger ? 0xa0 : 0x80;
        assembly ("memory-safe") {
            mcopy(to, key, 48)
            mstore8(to, or(byte(0, mload(to)), flags))
        }
    }

    /// The point of a packed key, 128 bytes.
    function unpack(bytes memory key) internal pure returns (bytes memory point) {
        point = new bytes(G1_BYTES);
        uint256 from = startOf(key);
        uint256 to = startOf(point);
        assembly ("memory-safe") {
            mcopy(add(to, 16), from, 48)
            mcopy(add(to, 80), add(from, 48), 48)
        }
    }

    /// Turns a point of G1 other than infinity into its negative, in place.
    function negateInPlace(bytes memory point) internal pure {
        uint256 y = startOf(point) + 80;
        (uint256 high, uint256 low) = _readY(y);
        unchecked {
            high = P_HIGH - high - (low > P_LOW ? 1 : 0);
            low = P_LOW - low;
        }
        assembly ("memory-safe") {
            mstore(sub(y, 16), high)
            mstore(add(y, 16), low)
        }
    }

    /// Whether all bytes are zero: infinity, if it is a point.
    function isInfinity(bytes memory point) internal pure returns (bool) {
        return _isZero(point);
    }

    /// expand_message_xmd to 256 bytes, RFC 9380 §5.3.1.
    function _expandMessage(bytes memory message, bytes memory tag) private view returns (bytes memory uniform) {
        bytes memory suffix = abi.encodePacked(tag, uint8(tag.length));
        bytes32 first = Precompiles.sha(abi.encodePacked(new bytes(64), message, hex"010000", suffix));
        bytes memory input = abi.encodePacked(first, uint8(1), suffix);
        uniform = new bytes(256);
        for (uint256 i = 0; i < 8; ++i) {
            bytes32 digest = Precompiles.sha(input);
            assembly ("memory-safe") {
                mstore(add(uniform, add(32, mul(32, i))), digest)
                mstore(add(input, 32), xor(first, digest))
                mstore8(add(input, 64), add(i, 2))
            }
        }
    }

    /// Four 64-byte integers modulo p, RFC 9380 §5.2 (L = 64): MODEXP with exponent 1.
    function _hashToField(bytes memory uniform) private view returns (bytes memory elements) {
        elements = new bytes(256);
        bytes memory input =
            abi.encodePacked(uint256(64), uint256(1), uint256(64), new bytes(64), hex"01", P_HIGH, P_LOW);
        uint256 start = startOf(input);
        uint256 from = startOf(uniform);
        uint256 to = startOf(elements);
        for (uint256 offset = 0; offset < 256; offset += 64) {
            assembly ("memory-safe") {
                mcopy(add(start, 96), add(from, offset), 64)
            }
            Precompiles.run(Precompiles.MODEXP, start, input.length, to + offset, 64);
        }
    }

    /// The 48 bytes at `at` as upper 16 and lower 32.
    function _readY(uint256 start) private pure returns (uint256 high, uint256 low) {
        assembly ("memory-safe") {
            high := shr(128, mload(start))
            low := mload(add(start, 16))
        }
    }

    function _isZero(bytes memory data) private pure returns (bool) {
        return keccak256(data) == keccak256(new bytes(data.length));
    }
}
