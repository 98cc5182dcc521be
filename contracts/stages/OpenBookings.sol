// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBookings} from "../interfaces/IBookings.sol";
import {Cost} from "../libraries/Cost.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {Times} from "../libraries/Times.sol";
import {Booking, BookingState, Money as MoneyWord, Phase, StateClaim, StateHead} from "../types/Booking.sol";
import {BookingId, ListingId} from "../types/Ids.sol";
import {Money} from "./Money.sol";

/// @title Open bookings: the state hash in a purse's tail, written when booked and cleared once
/// @notice A booking is open exactly while the tail of its purse is the hash of it and its state. Its end writes
/// generation + 1, never zero, so that nothing signed for a booking can be used for a later one (rule 13).
abstract contract OpenBookings is Money {
    /// @dev Distinguishes a state hash from a generation, which has 64 bits.
    uint256 private constant OPEN_TAIL = 1 << 191;

    uint256 private constant NOSHOW_CAP_DIVISOR = 5;

    StateHead internal constant RESERVED_HEAD = StateHead.wrap(uint256(Phase.RESERVED));

    StateClaim internal constant NO_CLAIM = StateClaim.wrap(0);

    function _isOpenTail(uint256 purseWord) internal pure returns (bool) {
        return purseWord >> 255 == 1;
    }

    function _tailOf(
        BookingId bookingId,
        Booking calldata booking,
        StateHead head,
        StateClaim claim
    ) internal pure returns (uint256) {
        return (uint256(Hashing.ofState(bookingId, booking, head, claim)) >> 65) | OPEN_TAIL;
    }

    /// @dev Reverts unless this booking is open and in this state. This checks everything that callers pass in.
    /// @return bookingId The booking's id.
    /// @return purse The purse with its money.
    function _requireState(
        Booking calldata booking,
        BookingState calldata state
    ) internal view returns (BookingId bookingId, Purse storage purse) {
        return _requireStateOf(booking, booking.listingId(), state.head, state.claim);
    }

    /// @dev The same for a caller that has the listing's id already, and the state's words.
    function _requireStateOf(
        Booking calldata booking,
        ListingId listingId,
        StateHead head,
        StateClaim claim
    ) internal view returns (BookingId bookingId, Purse storage purse) {
        bookingId = Hashing.ofBooking(booking, listingId, Hashing.ofTerms(booking.terms));
        purse = _purses[booking.purse.purseId()];
        if (purse.word >> 64 != _tailOf(bookingId, booking, head, claim)) {
            revert IBookings.Booking_StateMismatch(bookingId);
        }
    }

    /// @param purse From `_requireState`.
    function _writeState(
        BookingId bookingId,
        Booking calldata booking,
        Purse storage purse,
        BookingState memory next
    ) internal {
        uint256 tail = _tailOf(bookingId, booking, next.head, next.claim);
        purse.word = uint64(purse.word) | (tail << 64);
    }

    /// @dev Ends the booking: what is not paid goes back to the purse it came from. Assumes `paid <= locked`, so
    /// nothing underflows; sums stay within 64 bits, since no deposit lets the market hold more.
    /// @param purse From `_requireState`.
    function _leave(
        Booking calldata booking,
        Purse storage purse,
        uint256 paid
    ) internal returns (uint256 refunded) {
        unchecked {
            refunded = _lockedOf(booking.money) - paid;
            uint256 balance = uint64(purse.word) + refunded;
            purse.word = balance | ((uint256(booking.purse.generation()) + 1) << 64);
        }
    }

    function _requirePhase(BookingId bookingId, StateHead head, uint8 phase) internal pure {
        if (head.phase() != phase) revert IBookings.Booking_WrongPhase(bookingId, head.phase());
    }

    /// @dev What an open booking holds: the cap and the bond for a challenge. The relay fee is already paid.
    function _lockedOf(MoneyWord money) internal view returns (uint256) {
        unchecked {
            return money.cap() + _bondOf(money);
        }
    }

    function _bondOf(MoneyWord money) internal view returns (uint256) {
        return Cost.min(BOND_LIMIT, money.unsignedCost());
    }

    function _reportBy(Booking calldata booking) internal view returns (uint256) {
        unchecked {
            return Times.closes(booking.session, booking.terms.bookingTerms) + REPORT_WINDOW_SEC;
        }
    }

    /// @dev The no-show fee, which a late cancel by the driver costs too: at most a fifth of the cap (rule 6).
    function _noshowFee(Booking calldata booking) internal pure returns (uint256) {
        return Cost.min(booking.terms.bookingTerms.noshowFee(), booking.money.cap() / NOSHOW_CAP_DIVISOR);
    }
}
