// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Bls12381} from "./Bls12381.sol";
import {Epochs} from "./Epochs.sol";
import {startOf} from "./MemoryStart.sol";
import {Settings} from "./Settings.sol";

/// Registration with proof of possession, and stake in the chain's own currency (src/registration.ts,
/// da-review.md §5.5). Validators form a list linked by ascending account, the order of a snapshot.
abstract contract Validators is Epochs {
    using SafeCast for uint256;

    /// What one blob of packed keys holds: 255 x 96 bytes and the STOP (da-review.md, table, row 13).
    uint256 public constant MAX_VALIDATORS = 255;

    bytes internal constant POSSESSION_TAG = "BARYCENTER_DA_POP_V1_BLS12381G2_XMD:SHA-256_SSWU_RO_";

    uint96 public immutable MIN_STAKE;
    /// Seconds that stake stays locked after the last certificate it could be needed for.
    uint64 public immutable RETENTION_SECONDS;

    struct Validator {
        /// The next account of the list; zero ends it.
        address next;
        /// Not zero for registered accounts.
        uint96 stake;
        /// The packed key.
        bytes32[3] key;
    }

    struct Withdrawal {
        uint128 amount;
        uint64 unlockTime;
    }

    /// The entry of the zero account is the list's start.
    mapping(address account => Validator) internal _validators;
    uint256 public validatorCount;
    /// Who first proved possession of the keys with this x-coordinate; never given to another account.
    mapping(bytes32 xHash => address) public keyOwner;
    mapping(address account => Withdrawal) public withdrawals;

    event Registered(address indexed account, bytes key, uint256 stake);
    event StakeAdded(address indexed account, uint256 stake);
    event Resigned(address indexed account, uint256 amount, uint256 unlockTime);
    event Withdrawn(address indexed account, uint256 amount);

    error BadForm();
    error AccountReused();
    error NotRegistered();
    error RegistryFull();
    error StakeTooSmall(uint256 stake);
    error KeyReused();
    error PossessionInvalid();
    error WrongPlace();
    error Locked(uint256 unlockTime);

    constructor(Settings memory settings) {
        if (settings.minStake == 0) revert BadSettings();
        MIN_STAKE = settings.minStake;
        RETENTION_SECONDS = settings.retentionSeconds;
    }

    /// Registers the sender with the value sent as stake. `key` is x | y, 96 bytes; `possession` 256 bytes:
    /// the signature of `compressed key | chainId | registry | account`. `previous`: an account of the list
    /// below the sender's, or zero; the nearest costs least. If the list is full, the smallest stake gives
    /// way to a larger one, so that places cannot be kept from others by many small stakes.
    function register(bytes calldata key, bytes calldata possession, address previous) external payable {
        if (key.length != Bls12381.PACKED_KEY_BYTES) revert BadForm();
        if (_validators[msg.sender].stake != 0) revert AccountReused();
        uint96 stake = msg.value.toUint96();
        if (stake < MIN_STAKE) revert StakeTooSmall(stake);
        bytes32 xHash = keccak256(key[:48]);
        address owner = keyOwner[xHash];
        if (owner != address(0) && owner != msg.sender) revert KeyReused();
        if (!_isPossessed(key, possession)) revert PossessionInvalid();

        keyOwner[xHash] = msg.sender;
        if (validatorCount == MAX_VALIDATORS) _displaceSmallest(stake);
        previous = _placeBefore(previous, msg.sender);
        bytes32[3] memory words = abi.decode(key, (bytes32[3]));
        _validators[msg.sender] = Validator(_validators[previous].next, stake, words);
        _validators[previous].next = msg.sender;
        ++validatorCount;
        emit Registered(msg.sender, key, stake);
    }

    /// Adds the value sent to the sender's stake, from the next snapshot on.
    function addStake() external payable {
        Validator storage validator = _validators[msg.sender];
        if (validator.stake == 0) revert NotRegistered();
        uint256 stake = validator.stake + msg.value;
        validator.stake = stake.toUint96();
        emit StakeAdded(msg.sender, stake);
    }

    /// Takes the sender off the list; `previous` as in `register`. Its stake stays locked until certificates
    /// of the last epoch whose snapshot may hold it, the next one, are too old to be accepted, and
    /// RETENTION_SECONDS longer.
    function resign(address previous) external {
        if (_validators[msg.sender].stake == 0) revert NotRegistered();
        _remove(msg.sender, _placeBefore(previous, msg.sender));
    }

    /// Pays out what `resign` set free.
    function withdraw() external {
        Withdrawal memory withdrawal = withdrawals[msg.sender];
        if (withdrawal.amount == 0) revert NotRegistered();
        if (block.timestamp < withdrawal.unlockTime) revert Locked(withdrawal.unlockTime);
        delete withdrawals[msg.sender];
        emit Withdrawn(msg.sender, withdrawal.amount);
        Address.sendValue(payable(msg.sender), withdrawal.amount);
    }

    /// All validators by ascending account, as `account 20 | stake 12`.
    function listValidators() external view returns (bytes32[] memory words) {
        words = new bytes32[](validatorCount);
        address account = _validators[address(0)].next;
        for (uint256 i = 0; i < words.length; ++i) {
            Validator storage validator = _validators[account];
            words[i] = bytes32((uint256(uint160(account)) << 96) | validator.stake);
            account = validator.next;
        }
    }

    /// chainId 32 | registry 20, as signed bytes: src/domain.ts, little-endian.
    function _registryDomain() internal view returns (bytes memory) {
        return abi.encodePacked(Bytes.reverseBytes32(bytes32(block.chainid)), address(this));
    }

    function _isPossessed(bytes memory key, bytes calldata possession) private view returns (bool) {
        if (Bls12381.isInfinity(key)) return false;
        bytes memory compressed = new bytes(48);
        Bls12381.compress(startOf(key), startOf(compressed));
        bytes memory point = Bls12381.unpack(key);
        Bls12381.negateInPlace(point);
        bytes memory message = abi.encodePacked(compressed, _registryDomain(), msg.sender);
        return Bls12381.verify(point, message, POSSESSION_TAG, possession);
    }

    function _displaceSmallest(uint256 stake) private {
        address smallest;
        address beforeSmallest;
        address previous;
        for (uint256 i = 0; i < MAX_VALIDATORS; ++i) {
            address account = _validators[previous].next;
            if (smallest == address(0) || _validators[account].stake < _validators[smallest].stake) {
                (smallest, beforeSmallest) = (account, previous);
            }
            previous = account;
        }
        if (_validators[smallest].stake >= stake) revert RegistryFull();
        _remove(smallest, beforeSmallest);
    }

    /// Takes the account after `previous` off the list and locks its stake.
    function _remove(address account, address previous) private {
        Validator storage validator = _validators[account];
        uint256 stake = validator.stake;
        _validators[previous].next = validator.next;
        delete _validators[account];
        --validatorCount;
        Withdrawal storage withdrawal = withdrawals[account];
        withdrawal.amount += uint128(stake);
        withdrawal.unlockTime = (epochStart(currentEpoch() + 2) + GRACE_SECONDS + RETENTION_SECONDS).toUint64();
        emit Resigned(account, stake, withdrawal.unlockTime);
    }

    /// The account of the list after which `account` stands or would stand, searched from `from` on.
    function _placeBefore(address from, address account) private view returns (address) {
        if (from != address(0) && (from >= account || _validators[from].stake == 0)) revert WrongPlace();
        for (;;) {
            address next = _validators[from].next;
            if (next == address(0) || next >= account) return from;
            from = next;
        }
        return from;
    }
}
