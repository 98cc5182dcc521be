// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBookings} from "../interfaces/IBookings.sol";
import {IDeadlines} from "../interfaces/IDeadlines.sol";
import {Arithmetic} from "../libraries/Arithmetic.sol";
import {Booking, packPurseId} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {BookingState, Outcome, State, StateClaim, StateHead} from "../types/State.sol";
import {ClaimValues} from "./ClaimValues.sol";

/// @title Deadlines: time alone ends every booking, by a call that anyone can make
abstract contract Deadlines is ClaimValues, IDeadlines {
    /// @inheritdoc IDeadlines
    function finalise(Booking calldata booking, BookingState calldata state) external {
        (BookingId bookingId, Purse storage purse, StateHead head) = _requireState(
            booking,
            state.head,
            state.claim
        );
        uint256 name = head.name();
        if (name == State.RESERVED || name == State.ARRIVED) {
            revert IBookings.Booking_WrongState(bookingId, name);
        }
        _requireFrom(bookingId, _windowEnd(booking, head));
        if (name == State.NO_SHOW_CLAIMED || name == State.CONTESTED) {
            _endNoShow(bookingId, booking, purse, name == State.CONTESTED);
            return;
        }
        (uint256 paid, uint256 energyWh) = _owed(booking, head, state.claim);
        uint256 refunded = _leave(booking, purse, paid);
        _payHost(bookingId, booking.listingId(), booking.terms.host, paid, 0, energyWh);
        emit Finalised(bookingId, Outcome.FULFILLED, paid, refunded);
    }

    /// @inheritdoc IDeadlines
    function expire(Booking calldata booking, BookingState calldata state) external {
        (BookingId bookingId, Purse storage purse, StateHead head) = _requireState(
            booking,
            state.head,
            state.claim
        );
        if (head.name() != State.RESERVED && head.name() != State.ARRIVED) {
            revert IBookings.Booking_WrongState(bookingId, head.name());
        }
        _requireFrom(bookingId, _reportBy(booking));
        emit Expired(bookingId, _leave(booking, purse, 0));
    }

    /// @dev A quarrel that nobody can decide pays nobody: the fee goes to the sink, purse 0 of account 0, into which
    /// nobody can deposit and which nobody can empty (rule 6).
    function _endNoShow(
        BookingId bookingId,
        Booking calldata booking,
        Purse storage purse,
        bool contested
    ) private {
        uint256 fee = Arithmetic.noshowFee(
            booking.terms.bookingTerms.noshowFee(),
            booking.session.slotCount()
        );
        uint256 refunded = _leave(booking, purse, fee);
        if (contested) {
            _credit(packPurseId(address(0), 0), fee);
            emit NoShowContested(bookingId, fee, refunded);
        } else {
            _earn(booking.listingId(), booking.terms.host, fee, 0);
            emit Finalised(bookingId, Outcome.NO_SHOW, fee, refunded);
        }
    }

    /// @dev What a claim or a challenge pays at its end, and the energy that counts as sold.
    function _owed(
        Booking calldata booking,
        StateHead head,
        StateClaim claim
    ) private pure returns (uint256 paid, uint256 energyWh) {
        if (head.name() == State.CHALLENGED) {
            return (_challengedCost(booking, head, claim), _challengedWh(booking, head, claim));
        }
        uint256 cosigned = _cosignedCost(booking, head);
        if (head.name() == State.CLAIMED_ALONE) {
            return (_claimedCost(booking, head, claim, cosigned), claim.claimed().energyWh());
        }
        return (cosigned, _plausibleWh(booking, head.cosignedWh(), head.cosignedSec()));
    }
}
