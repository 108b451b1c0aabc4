// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {BlockHeader} from "@openzeppelin/contracts/utils/BlockHeader.sol";
import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Bls12381} from "./Bls12381.sol";
import {CodeBlob} from "./CodeBlob.sol";
import {startOf} from "./MemoryStart.sol";
import {Precompiles} from "./Precompiles.sol";
import {Settings} from "./Settings.sol";
import {TaggedHash} from "./TaggedHash.sol";
import {Validators} from "./Validators.sol";

/// The committee of an epoch, computed on chain: nobody posts a committeeRoot (da-review.md §3, §5.2).
///
/// 1. `freeze`, in the epoch before: stake and keys of all validators become code of two blobs, and the
///    hash of the snapshot is stored. From then on nothing about the committee can be chosen.
/// 2. `form`, once the seed block is there: its RANDAO value, proven by its header, is the seed; seats by
///    apportionment and residual draws, byte for byte as src/committee.ts; the result becomes a third blob.
abstract contract Committees is Validators {
    uint256 private constant SNAPSHOT_ENTRY_BYTES = 84;
    uint256 private constant MEMBER_ENTRY_BYTES = 86;

    /// Blocks whose hash can be had, by EIP-2935.
    uint256 private constant HASH_WINDOW = 8191;

    /// A committee blob: root 32 | seed 32 | key blob 20 | -(sum of keys) 128, then for each member the
    /// place of its key u8 and its seats u16.
    uint256 internal constant TABLE_HEAD_BYTES = 212;
    uint256 internal constant TABLE_ENTRY_BYTES = 3;

    bytes32 public immutable NAMESPACE;
    /// n, the seats of a committee and the coded rows of a blob.
    uint16 public immutable ROW_COUNT;
    uint64 public immutable SEED_DELAY_BLOCKS;

    struct Snapshot {
        /// Not zero once frozen.
        uint64 seedBlock;
        /// Validators by ascending account: the packed key, 96 bytes each.
        address keys;
        uint16 count;
        /// Validators in the same order: account 20 | stake 12.
        address stakes;
        bytes32 root;
    }

    struct CommitteeRecord {
        address table;
        uint16 memberCount;
        /// Keys in the key blob: those of the whole snapshot.
        uint16 keyCount;
    }

    mapping(uint64 epoch => Snapshot) public snapshots;
    mapping(uint64 epoch => CommitteeRecord) internal _committees;

    event Frozen(uint64 indexed epoch, bytes32 snapshotRoot, uint256 count, uint256 seedBlock);
    event Formed(uint64 indexed epoch, bytes32 committeeRoot, bytes32 seed, uint256 memberCount);

    error CommitteeEmpty();
    error AlreadyFrozen();
    error NotFrozen();
    error AlreadyFormed();
    error NotFormed();
    error SeedInvalid();
    error CommitteeKeyInfinity();

    constructor(Settings memory settings) {
        if (settings.profile.rowCount == 0 || settings.seedDelayBlocks == 0) revert BadSettings();
        NAMESPACE = settings.namespace;
        ROW_COUNT = settings.profile.rowCount;
        SEED_DELAY_BLOCKS = settings.seedDelayBlocks;
    }

    /// Takes the snapshot for the next epoch; anybody may, once. Again only if the seed block's hash is
    /// lost before anybody formed the committee.
    function freeze() external returns (uint64 epoch) {
        epoch = currentEpoch() + 1;
        uint256 before = snapshots[epoch].seedBlock;
        bool isLost = block.number > before + HASH_WINDOW && _committees[epoch].table == address(0);
        if (before != 0 && !isLost) revert AlreadyFrozen();
        uint256 count = validatorCount;
        if (count == 0) revert CommitteeEmpty();

        bytes memory keys = new bytes(count * Bls12381.PACKED_KEY_BYTES);
        bytes memory stakes = new bytes(count * 32);
        address account = _validators[address(0)].next;
        for (uint256 i = 0; i < count; ++i) {
            Validator storage validator = _validators[account];
            bytes32[3] memory key = validator.key;
            uint256 stake = validator.stake;
            assembly ("memory-safe") {
                mcopy(add(add(keys, 32), mul(i, 96)), key, 96)
                mstore(add(add(stakes, 32), mul(i, 32)), or(shl(96, account), stake))
            }
            account = validator.next;
        }
        uint64 seedBlock = uint64(block.number) + SEED_DELAY_BLOCKS;
        bytes32 root = _snapshotRoot(keys, stakes);
        snapshots[epoch] =
            Snapshot(seedBlock, CodeBlob.write(keys), uint16(count), CodeBlob.write(stakes), root);
        emit Frozen(epoch, root, count, seedBlock);
    }

    /// Draws the committee of a frozen epoch; anybody may. `header`: the RLP of the seed block's header, at
    /// most 8,191 blocks after it.
    function form(uint64 epoch, bytes calldata header) external {
        Snapshot memory snapshot = snapshots[epoch];
        if (snapshot.seedBlock == 0) revert NotFrozen();
        if (_committees[epoch].table != address(0)) revert AlreadyFormed();
        bytes32 seed = _seed(header, snapshot.seedBlock);
        bytes memory context = abi.encodePacked(
            _domain(), Bytes.reverseBytes8(bytes8(epoch)), snapshot.root, seed
        );
        bytes memory keys = CodeBlob.read(snapshot.keys, snapshot.count * Bls12381.PACKED_KEY_BYTES);
        bytes memory stakes = CodeBlob.read(snapshot.stakes, snapshot.count * 32);
        uint256[] memory seats = _apportion(stakes, context);

        (bytes memory members, bytes memory table, uint256 memberCount) = _listMembers(keys, stakes, seats);
        bytes memory total = _sumKeys(keys, table, memberCount);
        bytes32 root = TaggedHash.hash(
            TaggedHash.COMMITTEE,
            abi.encodePacked(
                context,
                Bytes.reverseBytes2(bytes2(ROW_COUNT)),
                Bytes.reverseBytes4(bytes4(uint32(memberCount))),
                members,
                _compressPoint(total)
            )
        );
        Bls12381.negateInPlace(total);
        _committees[epoch] = CommitteeRecord(
            CodeBlob.write(abi.encodePacked(root, seed, snapshot.keys, total, table)),
            uint16(memberCount),
            snapshot.count
        );
        emit Formed(epoch, root, seed, memberCount);
    }

    /// What a client needs to draw the same committee: validators by ascending account as
    /// `account 20 | stake 12`, and their packed keys.
    function snapshotOf(uint64 epoch) external view returns (bytes32[] memory stakes, bytes memory keys) {
        Snapshot memory snapshot = snapshots[epoch];
        if (snapshot.seedBlock == 0) revert NotFrozen();
        bytes memory words = CodeBlob.read(snapshot.stakes, uint256(snapshot.count) * 32);
        stakes = new bytes32[](snapshot.count);
        assembly ("memory-safe") {
            mcopy(add(stakes, 32), add(words, 32), mload(words))
        }
        keys = CodeBlob.read(snapshot.keys, snapshot.count * Bls12381.PACKED_KEY_BYTES);
    }

    /// Root and seed of a committee.
    function committeeOf(uint64 epoch) external view returns (bytes32 root, bytes32 seed, uint256 memberCount) {
        (bytes memory table, CommitteeRecord memory committee) = _readTable(epoch);
        memberCount = committee.memberCount;
        assembly ("memory-safe") {
            root := mload(add(table, 32))
            seed := mload(add(table, 64))
        }
    }

    /// chainId 32 | registry 20 | namespace 32, as signed bytes.
    function _domain() internal view returns (bytes memory) {
        return abi.encodePacked(_registryDomain(), NAMESPACE);
    }

    function _readTable(uint64 epoch) internal view returns (bytes memory table, CommitteeRecord memory committee) {
        committee = _committees[epoch];
        if (committee.table == address(0)) revert NotFormed();
        table = CodeBlob.read(committee.table, TABLE_HEAD_BYTES + committee.memberCount * TABLE_ENTRY_BYTES);
    }

    /// The RANDAO value of `number`'s block, whose header hashes to what the chain remembers.
    function _seed(bytes memory header, uint256 number) private view returns (bytes32) {
        if (BlockHeader.getNumber(header) != number || !BlockHeader.verifyBlockHeader(header)) {
            revert SeedInvalid();
        }
        return BlockHeader.getPrevRandao(header);
    }

    function _snapshotRoot(bytes memory keys, bytes memory stakes) private view returns (bytes32) {
        uint256 count = stakes.length / 32;
        bytes memory entries = new bytes(count * SNAPSHOT_ENTRY_BYTES);
        for (uint256 i = 0; i < count; ++i) {
            _writeEntry(startOf(entries) + i * SNAPSHOT_ENTRY_BYTES, keys, stakes, i);
        }
        return TaggedHash.hash(
            TaggedHash.SNAPSHOT, abi.encodePacked(Bytes.reverseBytes4(bytes4(uint32(count))), entries)
        );
    }

    /// account 20 | compressed key 48 | stake u128, at `to`. Nothing after the 84 bytes is touched.
    function _writeEntry(uint256 to, bytes memory keys, bytes memory stakes, uint256 index) private pure {
        uint256 word = _stakeWord(stakes, index);
        bytes16 stake = Bytes.reverseBytes16(bytes16(uint128(uint96(word))));
        assembly ("memory-safe") {
            mstore(to, word)
            // The stake's last byte ends the entry; what lies before is written after.
            mstore(add(to, 52), shr(128, stake))
        }
        Bls12381.compress(startOf(keys) + index * Bls12381.PACKED_KEY_BYTES, to + 20);
    }

    /// Seats of each validator: whole shares, then the rest drawn in proportion to the remainders.
    function _apportion(bytes memory stakes, bytes memory context) private view returns (uint256[] memory seats) {
        uint256 count = stakes.length / 32;
        uint256 total = 0;
        for (uint256 i = 0; i < count; ++i) {
            total += uint96(_stakeWord(stakes, i));
        }
        seats = new uint256[](count);
        uint256[] memory prefix = new uint256[](count);
        uint256 sum = 0;
        for (uint256 i = 0; i < count; ++i) {
            uint256 scaled = uint256(ROW_COUNT) * uint96(_stakeWord(stakes, i));
            seats[i] = scaled / total;
            sum += scaled % total;
            prefix[i] = sum; // ends at (seats left) x total
        }
        uint64 counter = 0;
        for (uint256 left = sum / total; left > 0; --left) {
            uint256 ticket;
            (ticket, counter) = _draw(context, counter, sum);
            ++seats[_firstAbove(prefix, ticket)];
        }
    }

    /// A uniform integer below `bound` from a counter-mode hash stream, by rejection: src/draw.ts.
    function _draw(bytes memory context, uint64 counter, uint256 bound) private view returns (uint256, uint64) {
        uint256 mask = (1 << (Math.log2(bound - 1) + 1)) - 1;
        for (;;) {
            bytes8 suffix = Bytes.reverseBytes8(bytes8(counter++));
            uint256 value = uint256(TaggedHash.hash(TaggedHash.SEAT_DRAW, abi.encodePacked(context, suffix))) & mask;
            if (value < bound) return (value, counter);
        }
        revert(); // not reached
    }

    function _firstAbove(uint256[] memory prefix, uint256 ticket) private pure returns (uint256 low) {
        uint256 high = prefix.length - 1;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (prefix[middle] > ticket) high = middle;
            else low = middle + 1;
        }
    }

    /// Validators with at least one seat, as hashed into the root and as kept in the table.
    function _listMembers(bytes memory keys, bytes memory stakes, uint256[] memory seats)
        private
        pure
        returns (bytes memory members, bytes memory table, uint256 memberCount)
    {
        members = new bytes(seats.length * MEMBER_ENTRY_BYTES);
        table = new bytes(seats.length * TABLE_ENTRY_BYTES);
        for (uint256 i = 0; i < seats.length; ++i) {
            uint256 count = seats[i];
            if (count == 0) continue;
            uint256 entry = startOf(members) + memberCount * MEMBER_ENTRY_BYTES;
            _writeEntry(entry, keys, stakes, i);
            uint256 row = startOf(table) + memberCount * TABLE_ENTRY_BYTES;
            assembly ("memory-safe") {
                mstore8(add(entry, 84), count)
                mstore8(add(entry, 85), shr(8, count))
                mstore8(row, i)
                mstore8(add(row, 1), shr(8, count))
                mstore8(add(row, 2), count)
            }
            ++memberCount;
        }
        uint256 memberBytes = memberCount * MEMBER_ENTRY_BYTES;
        uint256 tableBytes = memberCount * TABLE_ENTRY_BYTES;
        assembly ("memory-safe") {
            mstore(members, memberBytes)
            mstore(table, tableBytes)
        }
    }

    /// The sum of the members' keys, 128 bytes.
    function _sumKeys(bytes memory keys, bytes memory table, uint256 memberCount)
        private
        view
        returns (bytes memory sum)
    {
        bytes memory points = new bytes(2 * Bls12381.G1_BYTES);
        uint256 accumulator = startOf(points);
        for (uint256 i = 0; i < memberCount; ++i) {
            uint256 key = startOf(keys) + uint8(table[i * TABLE_ENTRY_BYTES]) * Bls12381.PACKED_KEY_BYTES;
            assembly ("memory-safe") {
                mcopy(add(accumulator, 144), key, 48)
                mcopy(add(accumulator, 208), add(key, 48), 48)
            }
            Precompiles.run(Precompiles.G1_ADD, accumulator, 256, accumulator, 128);
        }
        sum = new bytes(Bls12381.G1_BYTES);
        assembly ("memory-safe") {
            mcopy(add(sum, 32), accumulator, 128)
        }
        if (Bls12381.isInfinity(sum)) revert CommitteeKeyInfinity();
    }

    function _compressPoint(bytes memory point) private pure returns (bytes memory compressed) {
        bytes memory key = new bytes(Bls12381.PACKED_KEY_BYTES);
        uint256 to = startOf(key);
        uint256 from = startOf(point);
        assembly ("memory-safe") {
            mcopy(to, add(from, 16), 48)
            mcopy(add(to, 48), add(from, 80), 48)
        }
        compressed = new bytes(48);
        Bls12381.compress(to, startOf(compressed));
    }

    function _stakeWord(bytes memory stakes, uint256 index) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(stakes, 32), mul(index, 32)))
        }
    }
}
