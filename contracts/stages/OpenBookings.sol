// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Cost} from "../libraries/Cost.sol";
import {Times} from "../libraries/Times.sol";
import {Booking, BookingState, Money, Phase, StateHead} from "../types/Booking.sol";
import {BookingId, PurseId} from "../types/Ids.sol";
import {MarketState} from "./MarketState.sol";

/// @title Open bookings: the state hash in a purse's tail, entered once and left once
/// @notice A booking is open exactly while the tail of its purse is the hash of it and its state. Leaving writes
/// generation + 1, never zero, so that nothing signed for a booking can be used for a later one (rule 13).
abstract contract OpenBookings is MarketState {
    /// @dev Tells a state hash from a generation, which has 64 bits.
    uint256 private constant OPEN_TAIL = 1 << 191;

    StateHead internal constant RESERVED_HEAD = StateHead.wrap(uint256(Phase.RESERVED));

    function _isOpenTail(uint256 purseWord) internal pure returns (bool) {
        return purseWord >> 255 == 1;
    }

    function _bookingIdOf(Booking calldata booking, bytes32 termsHash) internal view returns (BookingId) {
        return
            BookingId.wrap(
                keccak256(
                    abi.encode(
                        block.chainid,
                        address(this),
                        booking.purse,
                        booking.listingId,
                        booking.session.firstSlot(),
                        booking.session.slotCount(),
                        termsHash
                    )
                )
            );
    }

    function _tailOf(
        BookingId bookingId,
        Booking calldata booking,
        BookingState memory state
    ) internal pure returns (uint256) {
        bytes32 hash = keccak256(
            abi.encode(bookingId, booking.session, booking.money, booking.startHash, state.head, state.claim)
        );
        return (uint256(hash) >> 65) | OPEN_TAIL;
    }

    /// @dev Reverts unless this booking is open and in this state. All that callers hand in is thereby checked.
    function _requireState(
        Booking calldata booking,
        BookingState calldata state
    ) internal view returns (BookingId bookingId) {
        bookingId = _bookingIdOf(booking, _termsHash(booking.terms));
        uint256 tail = _purses[booking.purse.purseId()] >> 64;
        if (tail != _tailOf(bookingId, booking, state)) revert Booking_StateMismatch(bookingId);
    }

    function _writeState(BookingId bookingId, Booking calldata booking, BookingState memory next) internal {
        PurseId id = booking.purse.purseId();
        _purses[id] = uint64(_purses[id]) | (_tailOf(bookingId, booking, next) << 64);
    }

    /// @dev Ends the booking: what is not paid goes back to the purse it came from. Assumes `paid <= cap`, and that
    /// the state was checked in this call.
    function _leave(Booking calldata booking, uint256 paid) internal returns (uint256 refunded) {
        PurseId id = booking.purse.purseId();
        refunded = _lockedOf(booking.money) - paid;
        uint256 balance = uint64(_purses[id]) + refunded;
        _purses[id] = balance | ((uint256(booking.purse.generation()) + 1) << 64);
    }

    /// @dev What an open booking holds: the cap and the bond for a challenge. The relay fee is gone by then.
    function _lockedOf(Money money) internal view returns (uint256) {
        return money.cap() + Cost.min(BOND_MAX, money.unsignedCost());
    }

    function _reportBy(Booking calldata booking) internal view returns (uint256) {
        return Times.closes(booking.session, booking.terms.bookingTerms) + REPORT_SEC;
    }
}
