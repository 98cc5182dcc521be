// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBookings} from "../interfaces/IBookings.sol";
import {ISettlements} from "../interfaces/ISettlements.sol";
import {Cost} from "../libraries/Cost.sol";
import {Readings} from "../libraries/Readings.sol";
import {Times} from "../libraries/Times.sol";
import {Booking, Phase, StateClaim, StateHead} from "../types/Booking.sol";
import {BookingId, ListingId} from "../types/Ids.sol";
import {CompactSignature, Measure, Reading, packPayout} from "../types/Reading.sol";
import {OpenBookings} from "./OpenBookings.sol";

/// @title Reports: when a reading counts, and who must have signed it
abstract contract Reports is OpenBookings {
    using Readings for Reading;

    /// @dev The window in which a co-signed reading counts: [opens, reportBy) before a claim, then until the window
    /// of the claim, or of the challenge, ends.
    function _requireReportable(BookingId bookingId, Booking calldata booking, StateHead head) internal view {
        uint256 until;
        if (head.phase() == Phase.RESERVED) {
            _requireOpen(bookingId, booking);
            until = _reportBy(booking);
        } else {
            until = _windowEnd(booking, head);
        }
        if (block.timestamp >= until) revert IBookings.Booking_TooLate(bookingId, block.timestamp, until);
    }

    /// @dev A final reading that both signed pays at once, from every state.
    function _settle(
        Booking calldata booking,
        StateHead head,
        StateClaim claim,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        CompactSignature calldata sessionSignature
    ) internal {
        ListingId listingId = booking.listingId();
        (BookingId bookingId, Purse storage purse) = _requireStateOf(booking, listingId, head, claim);
        _requireReportable(bookingId, booking, head);
        if (!reading.measure.isFinal()) revert ISettlements.Reading_NotFinal(bookingId);
        _requireCosigned(bookingId, booking, reading, agentSignature, sessionSignature);
        uint256 paid = Cost.roundedDown(booking.terms.tariff, reading.measure, booking.money.cap());
        uint256 refunded = _leave(booking, purse, paid);
        _payHost(bookingId, listingId, booking.terms.host, paid, reading.measure.energyWh());
        emit ISettlements.Settled(
            bookingId,
            packPayout(paid, refunded),
            reading,
            agentSignature,
            sessionSignature
        );
    }

    function _requireOpen(BookingId bookingId, Booking calldata booking) internal view {
        uint256 opens = Times.opens(booking.session, booking.terms.bookingTerms);
        if (block.timestamp < opens) revert IBookings.Booking_TooEarly(bookingId, block.timestamp, opens);
    }

    /// @dev When a claim or a challenge ends by itself: its window begins no sooner than the booking closes.
    function _windowEnd(Booking calldata booking, StateHead head) internal view returns (uint256) {
        uint256 closes = Times.closes(booking.session, booking.terms.bookingTerms);
        bool challenged = head.phase() == Phase.CHALLENGED;
        uint256 from = challenged ? head.challengedAt() : head.claimedAt();
        unchecked {
            return (from > closes ? from : closes) + (challenged ? PROOF_WINDOW_SEC : CHALLENGE_WINDOW_SEC);
        }
    }

    function _requireCosigned(
        BookingId bookingId,
        Booking calldata booking,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        CompactSignature calldata sessionSignature
    ) internal view {
        bytes32 digest = _requireAgentSigned(bookingId, booking, reading, agentSignature);
        if (!_isSignedByKey(booking.session.sessionKey(), digest, sessionSignature)) {
            revert ISettlements.Reading_SessionSignatureInvalid(bookingId);
        }
    }

    function _requireAgentSigned(
        BookingId bookingId,
        Booking calldata booking,
        Reading calldata reading,
        CompactSignature calldata agentSignature
    ) internal view returns (bytes32 digest) {
        if (!reading.isWellFormed()) revert ISettlements.Reading_Malformed(bookingId);
        Measure measure = reading.measure;
        if (measure.endedAt() < measure.beganAt()) {
            revert ISettlements.Reading_TimeReversed(measure.beganAt(), measure.endedAt());
        }
        digest = _hashTypedDataV4(reading.structHash(bookingId));
        if (!_isSignedByKey(booking.terms.agentKey, digest, agentSignature)) {
            revert ISettlements.Reading_AgentSignatureInvalid(bookingId);
        }
    }

    /// @dev What a claim beyond the co-signed may cost (rule 1): at most the newest co-signed cost plus the unsigned
    /// limit of the driver (the initial limit while no energy is co-signed), never less than what was co-signed.
    function _claimedCost(
        Booking calldata booking,
        StateHead head,
        Measure measure
    ) internal pure returns (uint256 cost) {
        uint256 cosigned = head.cosignedCost();
        uint256 trust =
            head.cosignedEnergyWh() == 0 ? booking.money.firstUnsignedCost() : booking.money.unsignedCost();
        cost = Cost.roundedDown(booking.terms.tariff, measure, booking.money.cap());
        cost = Cost.min(cost, cosigned + trust);
        if (cost < cosigned) cost = cosigned;
    }

    /// @dev The driver or the session key calls, or one of them signed.
    function _requireDriverOrSession(
        Booking calldata booking,
        bytes32 structHash,
        bytes calldata signature
    ) internal view {
        address session = booking.session.sessionKey();
        if (msg.sender == session && signature.length == 0) return;
        if (_recover(_hashTypedDataV4(structHash), signature) == session) return;
        _requireAuthorised(booking.purse.driver(), structHash, signature);
    }
}
