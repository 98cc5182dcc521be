// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBookings} from "../interfaces/IBookings.sol";
import {IClaims} from "../interfaces/IClaims.sol";
import {ISettlements} from "../interfaces/ISettlements.sol";
import {Cost} from "../libraries/Cost.sol";
import {Times} from "../libraries/Times.sol";
import {Booking, BookingState, Flag, Outcome, Phase, StateHead, toClaim} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {ListingStatus} from "../types/Listing.sol";
import {CompactSignature, Measure, Reading} from "../types/Reading.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {BookingTerms} from "../types/Terms.sol";
import {Reports} from "./Reports.sol";

/// @title Claims: what is paid without a final co-signed reading, and the deadlines that end a booking
abstract contract Claims is Reports, IClaims {
    /// @inheritdoc IClaims
    function arrived(
        Booking calldata booking,
        BookingState calldata state,
        bytes calldata signature
    ) external {
        (BookingId bookingId, Purse storage purse) = _requireState(booking, state);
        _requirePhase(bookingId, state.head, Phase.RESERVED);
        _requireOpen(bookingId, booking);
        uint256 until = _noshowFrom(booking);
        if (block.timestamp >= until) revert IBookings.Booking_TooLate(bookingId, block.timestamp, until);
        bytes32 structHash = keccak256(abi.encode(SignedTypes.ARRIVED, bookingId));
        _requireDriverOrSession(booking, structHash, signature);
        BookingState memory next;
        next.head = state.head.withFlags(Flag.ARRIVED);
        _writeState(bookingId, booking, purse, next);
        emit Arrived(bookingId, next);
    }

    /// @inheritdoc IClaims
    function settleFrom(
        Booking calldata booking,
        BookingState calldata state,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        CompactSignature calldata sessionSignature
    ) external {
        _settle(booking, state.head, state.claim, reading, agentSignature, sessionSignature);
    }

    /// @inheritdoc IClaims
    function claim(
        Booking calldata booking,
        BookingState calldata state,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        CompactSignature calldata sessionSignature
    ) external {
        (BookingId bookingId, Purse storage purse) = _requireState(booking, state);
        _requireReportable(bookingId, booking, state.head);
        _requireCosigned(bookingId, booking, reading, agentSignature, sessionSignature);
        BookingState memory next = _withCosigned(booking, state, reading.measure);
        _writeState(bookingId, booking, purse, next);
        emit Claimed(bookingId, next, reading, agentSignature, sessionSignature);
    }

    /// @inheritdoc IClaims
    function claimAlone(
        Booking calldata booking,
        BookingState calldata state,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        bytes32 secret
    ) external {
        (BookingId bookingId, Purse storage purse) = _requireState(booking, state);
        bool raises = _requireClaimable(bookingId, booking, state.head);
        _requireAgentKeyLive(bookingId, booking);
        if (keccak256(abi.encode(secret)) != booking.startHash) revert Claim_SecretMismatch(bookingId);
        Measure measure = reading.measure;
        // The agent signs only one final reading. The driver could use an earlier one, if there were two, instead.
        if (!measure.isFinal()) revert ISettlements.Reading_NotFinal(bookingId);
        if (raises && measure.seq() <= state.head.cosignedSeq()) {
            revert ISettlements.Reading_NotNewer(measure.seq(), state.head.cosignedSeq());
        }
        _requireAgentSigned(bookingId, booking, reading, agentSignature);
        _requirePlausible(booking, measure);
        uint8 flags = state.head.flags() | Flag.AGENT_ALONE | (raises ? Flag.RAISED : 0);
        BookingState memory next;
        next.head = state.head.withPhase(Phase.CLAIMED).withFlags(flags).withClaimedAt(block.timestamp);
        next.claim = toClaim(measure);
        _writeState(bookingId, booking, purse, next);
        CompactSignature memory none;
        emit Claimed(bookingId, next, reading, agentSignature, none);
    }

    /// @inheritdoc IClaims
    function claimNoShow(
        Booking calldata booking,
        BookingState calldata state,
        CompactSignature calldata agentSignature
    ) external {
        (BookingId bookingId, Purse storage purse) = _requireState(booking, state);
        _requirePhase(bookingId, state.head, Phase.RESERVED);
        if (state.head.has(Flag.ARRIVED)) revert Claim_DriverArrived(bookingId);
        _requireWithin(bookingId, _noshowFrom(booking), _reportBy(booking));
        _requireAgentKeyLive(bookingId, booking);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(SignedTypes.NO_SHOW, bookingId)));
        if (!_isSignedByKey(booking.terms.agentKey, digest, agentSignature)) {
            revert ISettlements.Reading_AgentSignatureInvalid(bookingId);
        }
        BookingState memory next;
        next.head = state.head.withPhase(Phase.CLAIMED).withFlags(Flag.NO_SHOW).withClaimedAt(
            block.timestamp
        );
        _writeState(bookingId, booking, purse, next);
        emit NoShowClaimed(bookingId, next, agentSignature);
    }

    /// @inheritdoc IClaims
    function finalise(Booking calldata booking, BookingState calldata state) external {
        (BookingId bookingId, Purse storage purse) = _requireState(booking, state);
        StateHead head = state.head;
        if (head.phase() == Phase.RESERVED) revert IBookings.Booking_WrongPhase(bookingId, Phase.RESERVED);
        _requireFrom(bookingId, _windowEnd(booking, head));
        if (head.has(Flag.NO_SHOW)) {
            uint256 fee = _noshowFee(booking);
            uint256 rest = _leave(booking, purse, fee);
            _earn(booking.listingId(), booking.terms.host, fee, 0);
            emit Finalised(bookingId, Outcome.NO_SHOW, fee, rest);
            return;
        }
        (uint256 paid, uint256 energyWh) = _owed(booking, state);
        uint256 refunded = _leave(booking, purse, paid);
        _payHost(bookingId, booking.listingId(), booking.terms.host, paid, energyWh);
        emit Finalised(bookingId, Outcome.FULFILLED, paid, refunded);
    }

    /// @inheritdoc IClaims
    function expire(Booking calldata booking, BookingState calldata state) external {
        (BookingId bookingId, Purse storage purse) = _requireState(booking, state);
        _requirePhase(bookingId, state.head, Phase.RESERVED);
        _requireFrom(bookingId, _reportBy(booking));
        emit Expired(bookingId, _leave(booking, purse, 0));
    }

    /// @dev The state with a newer co-signed reading. It ends a no-show claim, and a unilateral claim that is not
    /// newer; a challenge stays a challenge, so that its deadline cannot be moved.
    function _withCosigned(
        Booking calldata booking,
        BookingState calldata state,
        Measure measure
    ) private view returns (BookingState memory next) {
        StateHead head = state.head;
        next.claim = state.claim;
        if (head.phase() == Phase.RESERVED || head.has(Flag.NO_SHOW)) {
            uint8 kept = head.flags() & ~Flag.NO_SHOW;
            head = head.withPhase(Phase.CLAIMED).withFlags(kept).withClaimedAt(block.timestamp);
        } else if (measure.seq() <= head.cosignedSeq()) {
            revert ISettlements.Reading_NotNewer(measure.seq(), head.cosignedSeq());
        } else if (head.has(Flag.AGENT_ALONE) && measure.seq() >= state.claim.claimed().seq()) {
            head = head.withFlags(head.flags() & ~Flag.AGENT_ALONE);
            next.claim = NO_CLAIM;
        }
        uint256 cost = Cost.roundedDown(booking.terms.tariff, measure, booking.money.cap());
        next.head = head.withCosigned(measure, cost);
    }

    /// @dev What a claim or challenge pays at its end. A challenged one falls back to what was co-signed, unless the
    /// meter proved more; a proof raises only the energy, never time or overstay.
    function _owed(
        Booking calldata booking,
        BookingState calldata state
    ) private pure returns (uint256 paid, uint256 energyWh) {
        StateHead head = state.head;
        Measure measure = state.claim.claimed();
        bool challenged = head.phase() == Phase.CHALLENGED;
        uint256 bestWh = challenged ? state.claim.bestProofWh() : measure.energyWh();
        if (!head.has(Flag.AGENT_ALONE) || (challenged && bestWh == 0)) {
            return (head.cosignedCost(), head.cosignedEnergyWh());
        }
        energyWh = Cost.min(bestWh, measure.energyWh());
        paid = _claimedCost(booking, head, measure.withEnergyWh(energyWh));
        if (energyWh < head.cosignedEnergyWh()) energyWh = head.cosignedEnergyWh();
    }

    /// @dev The agent alone may claim first, or once on top of a claim that both signed, until `reportBy`.
    function _requireClaimable(
        BookingId bookingId,
        Booking calldata booking,
        StateHead head
    ) private view returns (bool raises) {
        raises = head.phase() != Phase.RESERVED;
        if (raises) _requirePhase(bookingId, head, Phase.CLAIMED);
        if (head.has(Flag.NO_SHOW)) revert IBookings.Booking_WrongPhase(bookingId, head.phase());
        if (head.has(Flag.AGENT_ALONE) || head.has(Flag.RAISED)) revert Claim_AlreadyRaised(bookingId);
        uint256 opens = Times.opens(booking.session, booking.terms.bookingTerms);
        _requireWithin(bookingId, opens, _reportBy(booking));
    }

    /// @dev Rule 5: no more energy than the listed power gives, and nothing outside of the booking's time. Overstay
    /// counts from `closes` and cannot be in the future.
    function _requirePlausible(Booking calldata booking, Measure measure) private view {
        uint256 opens = Times.opens(booking.session, booking.terms.bookingTerms);
        uint256 closes = Times.closes(booking.session, booking.terms.bookingTerms);
        if (measure.beganAt() < opens) {
            revert ISettlements.Reading_OutsideWindow(measure.beganAt(), opens, closes);
        }
        if (measure.endedAt() > closes) {
            revert ISettlements.Reading_OutsideWindow(measure.endedAt(), opens, closes);
        }
        uint256 overstayEnd = closes + measure.overstaySec();
        if (measure.overstaySec() != 0 && overstayEnd > block.timestamp) {
            revert ISettlements.Reading_OutsideWindow(overstayEnd, opens, block.timestamp);
        }
        uint256 timeSec = measure.endedAt() - measure.beganAt();
        uint256 limitWh = (booking.terms.metering.maxPowerW() * timeSec) / 3_600;
        if (measure.energyWh() > limitWh) {
            revert ISettlements.Reading_PowerExceeded(measure.energyWh(), limitWh);
        }
    }

    /// @dev Rule 21: unilateral claims of a revoked agent key are refused.
    function _requireAgentKeyLive(BookingId bookingId, Booking calldata booking) private view {
        if (_listings[booking.listingId()].status() == ListingStatus.REVOKED) {
            revert Claim_AgentKeyRevoked(bookingId);
        }
    }

    function _requireWithin(BookingId bookingId, uint256 from, uint256 until) private view {
        _requireFrom(bookingId, from);
        if (block.timestamp >= until) revert IBookings.Booking_TooLate(bookingId, block.timestamp, until);
    }

    function _requireFrom(BookingId bookingId, uint256 from) private view {
        if (block.timestamp < from) revert IBookings.Booking_TooEarly(bookingId, block.timestamp, from);
    }

    function _noshowFrom(Booking calldata booking) private pure returns (uint256) {
        BookingTerms terms = booking.terms.bookingTerms;
        return Times.start(booking.session) + terms.noshowTimeoutSec();
    }
}
