// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IAccounts} from "../interfaces/IAccounts.sol";
import {packPurseId} from "../types/Booking.sol";
import {BookingId, ListingId, PurseId} from "../types/Ids.sol";
import {MarketState} from "./MarketState.sol";

/// @title Money: the balances in purses and earnings
/// @dev The market never owes more than it holds, and it refuses to hold 2^64 units (see `_received`). So no sum of
/// balances overflows 64 bits, and overflow cannot block a refund or a payment.
abstract contract Money is MarketState {
    uint256 private constant BASIS_POINTS = 10_000;

    /// @dev Adds to a purse's free balance and leaves its tail alone.
    function _credit(PurseId id, uint256 amount) internal {
        _purses[id].word += amount;
    }

    /// @dev Pays the relayer of a signed message from money that was already taken from the signer.
    function _payRelay(uint256 fee) internal {
        if (fee == 0) return;
        _credit(packPurseId(msg.sender, 0), fee);
        emit IAccounts.RelayFeePaid(msg.sender, fee);
    }

    /// @dev Pays a host what a charge costs, less the market's fee (rounded down, in the host's favour).
    function _payHost(
        BookingId bookingId,
        ListingId listingId,
        address host,
        uint256 cost,
        uint256 energyWh
    ) internal {
        if (FEE_BASIS_POINTS != 0) cost -= _payFee(bookingId, cost);
        _earn(listingId, host, cost, energyWh);
    }

    /// @dev Adds to a host's earnings and counts what was sold. The counters wrap after 2^64 Wh and 2^32 sessions.
    function _earn(ListingId listingId, address host, uint256 amount, uint256 energyWh) internal {
        Earnings storage earnings = _earnings[_earningsKey(listingId, host)];
        uint256 word = earnings.word;
        unchecked {
            uint256 earned = uint64(word) + amount;
            uint256 soldWh = uint64(uint64(word >> 64) + energyWh);
            uint256 sessions = uint32(uint32(word >> 128) + 1);
            earnings.word = earned | (soldWh << 64) | (sessions << 128);
        }
    }

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

    function _earningsKey(ListingId listingId, address host) internal pure returns (bytes32) {
        return Hashes.efficientKeccak256(ListingId.unwrap(listingId), bytes32(uint256(uint160(host))));
    }

    function _payFee(BookingId bookingId, uint256 cost) internal returns (uint256 fee) {
        fee = (cost * FEE_BASIS_POINTS) / BASIS_POINTS;
        if (fee == 0) return 0;
        _credit(packPurseId(FEE_TO, 0), fee);
        emit IAccounts.MarketFeePaid(bookingId, fee);
    }

    function _requireSpendable(uint256 balance, uint256 amount, address to) private pure {
        if (to == address(0)) revert IAccounts.Account_ZeroAddress();
        if (amount == 0) revert IAccounts.Account_ZeroAmount();
        if (amount > balance) revert IAccounts.Account_InsufficientBalance(balance, amount);
    }
}
