// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISettlements} from "../interfaces/ISettlements.sol";
import {Cost} from "../libraries/Cost.sol";
import {Readings} from "../libraries/Readings.sol";
import {Times} from "../libraries/Times.sol";
import {Booking, BookingState, Outcome, Phase, packClaimedHead} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {CompactSignature, Measure, Reading} from "../types/Reading.sol";
import {Bookings} from "./Bookings.sol";

/// @title Settlements: a final reading pays at once, a deadline ends what nobody finishes
abstract contract Settlements is Bookings {
    using Readings for Reading;

    /// @inheritdoc ISettlements
    function settle(
        Booking calldata booking,
        BookingState calldata state,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        CompactSignature calldata sessionSignature
    ) external nonReentrant {
        BookingId bookingId = _requireState(booking, state);
        _requireReportable(bookingId, booking, state);
        if (!reading.measure.isFinal()) revert Reading_NotFinal(bookingId);
        _requireCosigned(bookingId, booking, reading, agentSignature, sessionSignature);
        uint256 paid = Cost.roundedDown(booking.terms.tariff, reading.measure, booking.money.cap());
        uint256 refunded = _leave(booking, paid);
        _earn(booking.listingId, booking.terms.host, paid, reading.measure.energyWh());
        emit Settled(bookingId, paid, refunded, reading, agentSignature, sessionSignature);
    }

    /// @inheritdoc ISettlements
    function claim(
        Booking calldata booking,
        BookingState calldata state,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        CompactSignature calldata sessionSignature
    ) external nonReentrant {
        BookingId bookingId = _requireState(booking, state);
        _requireReportable(bookingId, booking, state);
        Measure measure = reading.measure;
        bool replaces = state.head.phase() == Phase.CLAIMED;
        if (replaces && measure.seq() <= state.head.cosignedSeq()) {
            revert Reading_NotNewer(measure.seq(), state.head.cosignedSeq());
        }
        _requireCosigned(bookingId, booking, reading, agentSignature, sessionSignature);
        BookingState memory next;
        next.head = packClaimedHead(
            state.head.flags(),
            measure,
            Cost.roundedDown(booking.terms.tariff, measure, booking.money.cap()),
            replaces ? state.head.claimedAt() : block.timestamp
        );
        _writeState(bookingId, booking, next);
        emit Claimed(bookingId, next, reading, agentSignature, sessionSignature);
    }

    /// @inheritdoc ISettlements
    function finalise(Booking calldata booking, BookingState calldata state) external nonReentrant {
        BookingId bookingId = _requireState(booking, state);
        if (state.head.phase() != Phase.CLAIMED) revert Booking_WrongPhase(bookingId, state.head.phase());
        uint256 from = _challengeEnd(booking, state);
        if (block.timestamp < from) revert Booking_TooEarly(bookingId, block.timestamp, from);
        uint256 paid = state.head.cosignedCost();
        uint256 refunded = _leave(booking, paid);
        _earn(booking.listingId, booking.terms.host, paid, state.head.cosignedEnergyWh());
        emit Finalised(bookingId, Outcome.FULFILLED, paid, refunded);
    }

    /// @inheritdoc ISettlements
    function expire(Booking calldata booking, BookingState calldata state) external nonReentrant {
        BookingId bookingId = _requireState(booking, state);
        if (state.head.phase() != Phase.RESERVED) revert Booking_WrongPhase(bookingId, state.head.phase());
        uint256 from = _reportBy(booking);
        if (block.timestamp < from) revert Booking_TooEarly(bookingId, block.timestamp, from);
        emit Expired(bookingId, _leave(booking, 0));
    }

    /// @dev The window in which a co-signed reading counts: [opens, reportBy) before a claim, then until the claim's
    /// challenge window ends.
    function _requireReportable(
        BookingId bookingId,
        Booking calldata booking,
        BookingState calldata state
    ) private view {
        uint256 nowSec = block.timestamp;
        uint256 until;
        if (state.head.phase() == Phase.CLAIMED) {
            until = _challengeEnd(booking, state);
        } else {
            uint256 opens = Times.opens(booking.session, booking.terms.bookingTerms);
            if (nowSec < opens) revert Booking_TooEarly(bookingId, nowSec, opens);
            until = _reportBy(booking);
        }
        if (nowSec >= until) revert Booking_TooLate(bookingId, nowSec, until);
    }

    function _requireCosigned(
        BookingId bookingId,
        Booking calldata booking,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        CompactSignature calldata sessionSignature
    ) private view {
        if (!reading.isWellFormed()) revert Reading_Malformed(bookingId);
        Measure measure = reading.measure;
        if (measure.endedAt() < measure.beganAt()) {
            revert Reading_TimeReversed(measure.beganAt(), measure.endedAt());
        }
        bytes32 digest = _hashTypedDataV4(reading.structHash(bookingId));
        if (!_isSignedByKey(booking.terms.agentKey, digest, agentSignature)) {
            revert Reading_AgentSignatureInvalid(bookingId);
        }
        if (!_isSignedByKey(booking.session.sessionKey(), digest, sessionSignature)) {
            revert Reading_SessionSignatureInvalid(bookingId);
        }
    }

    function _challengeEnd(
        Booking calldata booking,
        BookingState calldata state
    ) private view returns (uint256) {
        uint256 closes = Times.closes(booking.session, booking.terms.bookingTerms);
        uint256 claimedAt = state.head.claimedAt();
        return (claimedAt > closes ? claimedAt : closes) + CHALLENGE_SEC;
    }
}
