// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "../interfaces/IAccounts.sol";
import {ListingId, PurseId} from "../types/Ids.sol";
import {MarketState} from "./MarketState.sol";

/// @title Money: what comes into the market and what leaves it
abstract contract Money is MarketState {
    /// @dev What has actually arrived since the market held `before`.
    function _received(uint256 before) internal view returns (uint256 received) {
        uint256 held = PAYMENT_TOKEN.balanceOf(address(this));
        received = held - before;
        if (received == 0) revert IAccounts.Account_ZeroAmount();
        if (held > type(uint64).max) revert IAccounts.Account_BalanceOverflow(held, type(uint64).max);
    }

    /// @dev Takes money out of a purse; the caller credits or sends it.
    function _debitPurse(PurseId id, uint256 amount, address to) internal {
        Purse storage purse = _purses[id];
        uint256 word = purse.word;
        _requireSpendable(uint64(word), amount, to);
        purse.word = word - amount;
    }

    /// @dev Takes money out of a host's earnings; the caller credits or sends it.
    function _debitEarnings(ListingId listingId, address host, uint256 amount, address to) internal {
        Earnings storage earnings = _earnings[_earningsKey(listingId, host)];
        uint256 word = earnings.word;
        _requireSpendable(uint64(word), amount, to);
        earnings.word = word - amount;
    }

    function _requireSpendable(uint256 balance, uint256 amount, address to) private pure {
        if (to == address(0)) revert IAccounts.Account_ZeroAddress();
        if (amount == 0) revert IAccounts.Account_ZeroAmount();
        if (amount > balance) revert IAccounts.Account_InsufficientBalance(balance, amount);
    }
}
