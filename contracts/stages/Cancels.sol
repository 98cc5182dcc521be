// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "../interfaces/IAccounts.sol";
import {IBookings} from "../interfaces/IBookings.sol";
import {ICancels} from "../interfaces/ICancels.sol";
import {Arithmetic} from "../libraries/Arithmetic.sol";
import {Calendar, CalendarWord} from "../libraries/Calendar.sol";
import {Booking} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {CompactSignature} from "../types/Reading.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {BookingState, State, StateHead} from "../types/State.sol";
import {BookingTerms} from "../types/Terms.sol";
import {OpenBookings} from "./OpenBookings.sol";
import {Signers} from "./Signers.sol";

/// @title Cancels: end a booking before it is used
abstract contract Cancels is OpenBookings, Signers, ICancels {
    using Calendar for mapping(uint256 => CalendarWord);

    /// @inheritdoc ICancels
    function cancelByDriver(
        Booking calldata booking,
        BookingState calldata state,
        bytes calldata driverSignature
    ) external {
        (BookingId bookingId, Purse storage purse, StateHead head) = _requireState(
            booking,
            state.head,
            state.claim
        );
        if (head.name() != State.RESERVED) revert IBookings.Booking_WrongState(bookingId, head.name());
        BookingTerms terms = booking.terms.bookingTerms;
        _requireBefore(bookingId, booking.session.opensAt(terms));
        bool late = block.timestamp >= booking.session.freeUntil(terms, head.since());
        // The driver signs which of the two it is, so that a delayed signature for a free cancel costs no late fee.
        _requireAuthorised(
            booking.purse.driver(),
            keccak256(abi.encode(SignedTypes.CANCEL_BY_DRIVER, bookingId, late)),
            driverSignature
        );
        uint256 fee = late ? Arithmetic.lateFee(terms.noshowFee(), booking.session.slotCount()) : 0;
        _cancel(bookingId, booking, purse, false, fee, BookingId.wrap(0));
    }

    /// @inheritdoc ICancels
    function cancelByHost(
        Booking calldata booking,
        BookingState calldata state,
        BookingId overstayedBy,
        bytes calldata hostSignature,
        CompactSignature calldata agreement
    ) external {
        (BookingId bookingId, Purse storage purse, StateHead head) = _requireState(
            booking,
            state.head,
            state.claim
        );
        if (head.name() != State.RESERVED && head.name() != State.ARRIVED) {
            revert IBookings.Booking_WrongState(bookingId, head.name());
        }
        _requireBefore(bookingId, _reportBy(booking));
        bytes32 structHash = keccak256(abi.encode(SignedTypes.CANCEL_BY_HOST, bookingId, overstayedBy));
        _requireAuthorised(booking.terms.host, structHash, hostSignature);
        if (block.timestamp >= booking.session.opensAt(booking.terms.bookingTerms)) {
            address session = booking.session.sessionKey();
            if (!agreement.isBy(session, _hashTypedDataV4(structHash))) {
                revert IAccounts.Account_InvalidSignature(session);
            }
        }
        _cancel(bookingId, booking, purse, true, 0, overstayedBy);
    }

    function _cancel(
        BookingId bookingId,
        Booking calldata booking,
        Purse storage purse,
        bool byHost,
        uint256 fee,
        BookingId overstayedBy
    ) private {
        uint256 refunded = _leave(booking, purse, fee);
        _calendars[booking.listingId()].release(booking.session.firstSlot(), booking.session.slotCount());
        if (fee != 0) _earn(booking.listingId(), booking.terms.host, fee, 0);
        emit Canceled(bookingId, byHost, fee, refunded, overstayedBy);
    }
}
