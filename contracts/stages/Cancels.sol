// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "../interfaces/IAccounts.sol";
import {IBookings} from "../interfaces/IBookings.sol";
import {ICancels} from "../interfaces/ICancels.sol";
import {Calendar} from "../libraries/Calendar.sol";
import {Times} from "../libraries/Times.sol";
import {Booking, BookingState, Phase} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {CompactSignature} from "../types/Reading.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {OpenBookings} from "./OpenBookings.sol";

/// @title Cancels: end a booking before it is used
abstract contract Cancels is OpenBookings, ICancels {
    using Calendar for mapping(uint256 => uint256);

    /// @inheritdoc ICancels
    function cancelByDriver(
        Booking calldata booking,
        BookingState calldata state,
        bytes calldata driverSignature
    ) external {
        (BookingId bookingId, Purse storage purse) = _requireReserved(booking, state);
        uint256 opens = Times.opens(booking.session, booking.terms.bookingTerms);
        if (block.timestamp >= opens) revert IBookings.Booking_TooLate(bookingId, block.timestamp, opens);
        bool late = block.timestamp >= Times.cancelBy(booking.session, booking.terms.bookingTerms);
        // The driver signs which of the two it is, so that a delayed signature for a free cancel costs no late fee.
        _requireAuthorised(
            booking.purse.driver(),
            keccak256(abi.encode(SignedTypes.CANCEL_BY_DRIVER, bookingId, late)),
            driverSignature
        );
        _cancel(bookingId, booking, purse, false, late ? _noshowFee(booking) : 0, BookingId.wrap(0));
    }

    /// @inheritdoc ICancels
    function cancelByHost(
        Booking calldata booking,
        BookingState calldata state,
        BookingId overstayedBy,
        bytes calldata hostSignature,
        CompactSignature calldata agreement
    ) external {
        (BookingId bookingId, Purse storage purse) = _requireReserved(booking, state);
        uint256 reportBy = _reportBy(booking);
        if (block.timestamp >= reportBy)
            revert IBookings.Booking_TooLate(bookingId, block.timestamp, reportBy);
        bytes32 structHash = keccak256(abi.encode(SignedTypes.CANCEL_BY_HOST, bookingId, overstayedBy));
        _requireAuthorised(booking.terms.host, structHash, hostSignature);
        if (block.timestamp >= Times.opens(booking.session, booking.terms.bookingTerms)) {
            bytes32 digest = _hashTypedDataV4(structHash);
            if (!_isSignedByKey(booking.session.sessionKey(), digest, agreement)) {
                revert IAccounts.Account_InvalidSignature(booking.session.sessionKey());
            }
        }
        _cancel(bookingId, booking, purse, true, 0, overstayedBy);
    }

    function _requireReserved(
        Booking calldata booking,
        BookingState calldata state
    ) private view returns (BookingId bookingId, Purse storage purse) {
        (bookingId, purse) = _requireState(booking, state);
        _requirePhase(bookingId, state.head, Phase.RESERVED);
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
