// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20, IERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IAccounts} from "../interfaces/IAccounts.sol";
import {ListingId, PurseId} from "../types/Ids.sol";
import {packPurseId} from "../types/Booking.sol";
import {MarketState} from "./MarketState.sol";

/// @title Accounts: money in, money out
abstract contract Accounts is MarketState {
    using SafeERC20 for IERC20;

    /// @inheritdoc IAccounts
    function deposit(address account, uint32 purse, uint256 amount) external nonReentrant {
        if (account == address(0)) revert Account_ZeroAddress();
        // The token is called before the effect: only the difference of balances tells what arrived. The guard
        // keeps a re-entering token out, since every call that moves money has it.
        uint256 before = TOKEN.balanceOf(address(this));
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        uint256 held = TOKEN.balanceOf(address(this));
        uint256 received = held - before;
        if (received == 0) revert Account_ZeroAmount();
        // What the market owes never exceeds what it holds: checked here, no balance can outgrow its 64 bits later,
        // and no refund or payment can be blocked by that.
        if (held > type(uint64).max) revert Account_BalanceOverflow(held, type(uint64).max);
        _credit(packPurseId(account, purse), received);
        emit Deposited(account, purse, received, msg.sender);
    }

    /// @inheritdoc IAccounts
    function withdraw(uint32 purse, uint256 amount, address to) external nonReentrant {
        PurseId id = packPurseId(msg.sender, purse);
        uint256 word = _purses[id];
        _requireSpendable(uint64(word), amount, to);
        _purses[id] = word - amount;
        emit Withdrawn(msg.sender, purse, amount, to);
        TOKEN.safeTransfer(to, amount);
    }

    /// @inheritdoc IAccounts
    function withdrawEarnings(ListingId listingId, uint256 amount, address to) external nonReentrant {
        bytes32 key = _earningsKey(listingId, msg.sender);
        uint256 word = _earnings[key];
        _requireSpendable(uint64(word), amount, to);
        _earnings[key] = word - amount;
        emit EarningsWithdrawn(msg.sender, listingId, amount, to);
        TOKEN.safeTransfer(to, amount);
    }

    /// @inheritdoc IAccounts
    function purseOf(address account, uint32 purse) external view returns (uint256 balance, uint192 tail) {
        uint256 word = _purses[packPurseId(account, purse)];
        return (uint64(word), uint192(word >> 64));
    }

    /// @inheritdoc IAccounts
    function earningsOf(
        ListingId listingId,
        address host
    ) external view returns (uint256 earned, uint256 soldWh, uint256 sessions) {
        uint256 word = _earnings[_earningsKey(listingId, host)];
        return (uint64(word), uint64(word >> 64), uint32(word >> 128));
    }

    /// @dev Adds to a purse's free balance and leaves its tail alone: `deposit` keeps the sum within 64 bits.
    function _credit(PurseId id, uint256 amount) internal {
        _purses[id] += amount;
    }

    /// @dev Pays a host and counts what was sold. The counters wrap after 2^64 Wh and 2^32 sessions.
    function _earn(ListingId listingId, address host, uint256 amount, uint256 energyWh) internal {
        bytes32 key = _earningsKey(listingId, host);
        uint256 word = _earnings[key];
        unchecked {
            uint256 earned = uint64(word) + amount;
            uint256 soldWh = uint64(uint64(word >> 64) + energyWh);
            uint256 sessions = uint32(uint32(word >> 128) + 1);
            _earnings[key] = earned | (soldWh << 64) | (sessions << 128);
        }
    }

    function _requireSpendable(uint256 balance, uint256 amount, address to) private pure {
        if (to == address(0)) revert Account_ZeroAddress();
        if (amount == 0) revert Account_ZeroAmount();
        if (amount > balance) revert Account_InsufficientBalance(balance, amount);
    }

    function _earningsKey(ListingId listingId, address host) private pure returns (bytes32) {
        return keccak256(abi.encode(listingId, host));
    }
}
