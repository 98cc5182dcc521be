// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBookings} from "../interfaces/IBookings.sol";
import {ISettlements} from "../interfaces/ISettlements.sol";
import {Arithmetic} from "../libraries/Arithmetic.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {Booking, Money} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {CompactSignature, Measure, Reading} from "../types/Reading.sol";
import {BookingState, State, StateClaim, StateHead, newHead} from "../types/State.sol";
import {MarketState} from "./MarketState.sol";

/// @title Open bookings: the state hash in a purse's tail, the readings that change it, and how a booking is left
/// @notice A booking is open exactly while the tail of its purse is the hash of its id and its state. Its end writes
/// generation + 1, never zero, so that nothing signed for a booking can be used for a later one (rule 13).
abstract contract OpenBookings is MarketState {
    /// @dev Distinguishes a state hash from a generation, which has 64 bits.
    uint256 private constant OPEN_TAIL = 1 << 191;

    StateClaim internal constant NO_CLAIM = StateClaim.wrap(0);

    function _isOpenTail(uint256 purseWord) internal pure returns (bool) {
        return purseWord >> 255 == 1;
    }

    function _tailOf(BookingId bookingId, StateHead head, StateClaim claim) internal pure returns (uint256) {
        return (uint256(Hashing.ofState(bookingId, head, claim)) >> 65) | OPEN_TAIL;
    }

    /// @dev Reverts unless this booking is open and in this state. This checks everything that callers pass in. Where a
    /// caller names RESERVED or ARRIVED, the booking may be in either, so that an `arrived` just before voids no call.
    /// @return bookingId The booking's id.
    /// @return purse The purse with its money.
    /// @return head The state's head as it is: with the other of these two names, if need be.
    function _requireState(
        Booking calldata booking,
        StateHead given,
        StateClaim claim
    ) internal view returns (BookingId bookingId, Purse storage purse, StateHead head) {
        bookingId = Hashing.ofBooking(booking, Hashing.ofTerms(booking.terms));
        purse = _purses[booking.purse.purseId()];
        head = _requireTail(bookingId, purse.word >> 64, given, claim);
    }

    /// @dev The same for a booking on which nothing was claimed.
    /// @return bookingId The booking's id.
    /// @return purse The purse with its money.
    /// @return balance What is free in the purse, so that its word is read once in every session.
    function _requireReserved(
        Booking calldata booking,
        uint256 bookedAt
    ) internal view returns (BookingId bookingId, Purse storage purse, uint256 balance) {
        bookingId = Hashing.ofBooking(booking, Hashing.ofTerms(booking.terms));
        purse = _purses[booking.purse.purseId()];
        uint256 word = purse.word;
        _requireTail(bookingId, word >> 64, newHead(State.RESERVED, bookedAt), NO_CLAIM);
        balance = uint64(word);
    }

    function _requireTail(
        BookingId bookingId,
        uint256 tail,
        StateHead given,
        StateClaim claim
    ) private pure returns (StateHead head) {
        head = given;
        if (tail == _tailOf(bookingId, head, claim)) return head;
        uint256 name = head.name();
        if (name == State.RESERVED || name == State.ARRIVED) {
            head = head.named(State.RESERVED + State.ARRIVED - name, head.since());
            if (tail == _tailOf(bookingId, head, claim)) return head;
        }
        revert IBookings.Booking_StateMismatch(bookingId);
    }

    /// @param purse From `_requireState`.
    function _writeState(BookingId bookingId, Purse storage purse, BookingState memory next) internal {
        purse.word = uint64(purse.word) | (_tailOf(bookingId, next.head, next.claim) << 64);
    }

    /// @dev Ends the booking: what is not paid goes back to the purse it came from. Assumes `paid <= locked`, so
    /// nothing underflows; sums stay within 64 bits, since no deposit lets the market hold more.
    /// @param purse From `_requireState`.
    function _leave(
        Booking calldata booking,
        Purse storage purse,
        uint256 paid
    ) internal returns (uint256 refunded) {
        return _leaveWith(booking, purse, uint64(purse.word), paid);
    }

    /// @param balance What is free in the purse now.
    function _leaveWith(
        Booking calldata booking,
        Purse storage purse,
        uint256 balance,
        uint256 paid
    ) internal returns (uint256 refunded) {
        unchecked {
            refunded = _lockedOf(booking.money) - paid;
            purse.word = (balance + refunded) | ((uint256(booking.purse.generation()) + 1) << 64);
        }
    }

    /// @dev What a reading of this booking costs, in token units.
    function _costOf(Booking calldata booking, Measure measure) internal pure returns (uint256) {
        return
            booking.terms.tariff.costOf(
                measure.energyWh(),
                measure.timeSec(),
                measure.overstaySec(),
                booking.money.cap()
            );
    }

    /// @dev Pays the host what a reading costs, and `forfeit` with it, and counts what was sold.
    /// @param cost From `_costOf`.
    function _paySold(
        BookingId bookingId,
        Booking calldata booking,
        Measure measure,
        uint256 cost,
        uint256 forfeit
    ) internal {
        uint256 soldWh = _plausibleWh(booking, measure.energyWh(), measure.timeSec());
        _payHost(bookingId, booking.listingId(), booking.terms.pinnedHost(), cost, forfeit, soldWh);
    }

    /// @dev A co-signed reading is never refused for its energy, but no more than the listed power gives is counted as
    /// sold (rule 5).
    function _plausibleWh(
        Booking calldata booking,
        uint256 energyWh,
        uint256 timeSec
    ) internal pure returns (uint256) {
        return Math.min(energyWh, Arithmetic.energyLimitWh(booking.terms.metering.maxPowerW(), timeSec));
    }

    /// @dev What an open booking holds: the cap and the bond for a challenge. The relay fee is already paid.
    function _lockedOf(Money money) internal view returns (uint256) {
        unchecked {
            return money.cap() + _bondOf(money);
        }
    }

    function _bondOf(Money money) internal view returns (uint256) {
        return Math.min(BOND_LIMIT, money.unsignedCost());
    }

    /// @dev Now is in [opens, reportBy).
    function _requireReportable(BookingId bookingId, Booking calldata booking) internal view {
        _requireFrom(bookingId, booking.session.opensAt(booking.terms.bookingTerms));
        _requireBefore(bookingId, _reportBy(booking));
    }

    function _reportBy(Booking calldata booking) internal view returns (uint256) {
        unchecked {
            return booking.session.closesAt(booking.terms.bookingTerms) + REPORT_WINDOW_SEC;
        }
    }

    function _requireFrom(BookingId bookingId, uint256 from) internal view {
        if (block.timestamp < from) revert IBookings.Booking_TooEarly(bookingId, block.timestamp, from);
    }

    function _requireBefore(BookingId bookingId, uint256 until) internal view {
        if (block.timestamp >= until) revert IBookings.Booking_TooLate(bookingId, block.timestamp, until);
    }

    function _requireCosigned(
        BookingId bookingId,
        Booking calldata booking,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        CompactSignature calldata sessionSignature
    ) internal view {
        bytes32 digest = _requireAgentSigned(bookingId, booking, reading, agentSignature);
        if (!sessionSignature.isBy(booking.session.sessionKey(), digest)) {
            revert ISettlements.Reading_SessionSignatureInvalid(bookingId);
        }
    }

    function _requireAgentSigned(
        BookingId bookingId,
        Booking calldata booking,
        Reading calldata reading,
        CompactSignature calldata agentSignature
    ) internal view returns (bytes32 digest) {
        Measure measure = reading.measure;
        if (!measure.isWellFormed()) revert ISettlements.Reading_Malformed(bookingId);
        if (measure.endedAt() < measure.beganAt()) {
            revert ISettlements.Reading_TimeReversed(measure.beganAt(), measure.endedAt());
        }
        digest = _hashTypedDataV4(Hashing.ofReading(reading, bookingId));
        if (!agentSignature.isBy(booking.terms.pinnedAgent(), digest)) {
            revert ISettlements.Reading_AgentSignatureInvalid(bookingId);
        }
    }
}
