// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBookings} from "../interfaces/IBookings.sol";
import {INoShows} from "../interfaces/INoShows.sol";
import {ISettlements} from "../interfaces/ISettlements.sol";
import {Booking} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {CompactSignature} from "../types/Reading.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {BookingState, State, StateHead} from "../types/State.sol";
import {ClaimValues} from "./ClaimValues.sol";
import {Signers} from "./Signers.sol";

/// @title No-shows: the driver says that they were there, the agent that nobody came
abstract contract NoShows is ClaimValues, Signers, INoShows {
    /// @inheritdoc INoShows
    function arrived(
        Booking calldata booking,
        BookingState calldata state,
        bytes calldata signature
    ) external {
        (BookingId bookingId, Purse storage purse, StateHead head) = _requireState(
            booking,
            state.head,
            state.claim
        );
        uint256 next;
        if (head.name() == State.RESERVED) {
            _requireReportable(bookingId, booking);
            next = State.ARRIVED;
        } else if (head.name() == State.NO_SHOW_CLAIMED) {
            _requireBefore(bookingId, _windowEnd(booking, head));
            next = State.CONTESTED;
        } else {
            revert IBookings.Booking_WrongState(bookingId, head.name());
        }
        bytes32 structHash = keccak256(abi.encode(SignedTypes.ARRIVED, bookingId));
        _requireDriverOrSession(booking, structHash, signature);
        emit Arrived(bookingId, _enter(bookingId, purse, head, next, head.since()));
    }

    /// @inheritdoc INoShows
    function claimNoShow(
        Booking calldata booking,
        BookingState calldata state,
        CompactSignature calldata agentSignature
    ) external {
        (BookingId bookingId, Purse storage purse, StateHead head) = _requireState(
            booking,
            state.head,
            state.claim
        );
        bool hasArrived = head.name() == State.ARRIVED;
        if (!hasArrived && head.name() != State.RESERVED) {
            revert IBookings.Booking_WrongState(bookingId, head.name());
        }
        _requireFrom(bookingId, booking.session.noshowFrom(booking.terms.bookingTerms, head.since()));
        _requireBefore(bookingId, _reportBy(booking));
        _requireAgentKeyLive(bookingId, booking);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(SignedTypes.NO_SHOW, bookingId)));
        if (!agentSignature.isBy(booking.terms.agentKey, digest)) {
            revert ISettlements.Reading_AgentSignatureInvalid(bookingId);
        }
        uint256 next = hasArrived ? State.CONTESTED : State.NO_SHOW_CLAIMED;
        emit NoShowClaimed(bookingId, _enter(bookingId, purse, head, next, block.timestamp), agentSignature);
    }

    function _enter(
        BookingId bookingId,
        Purse storage purse,
        StateHead head,
        uint256 name,
        uint256 since
    ) private returns (BookingState memory next) {
        next = BookingState(head.named(name, since), NO_CLAIM);
        _writeState(bookingId, purse, next);
    }
}
