// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "../interfaces/IAccounts.sol";
import {IBookings} from "../interfaces/IBookings.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {Booking} from "../types/Booking.sol";
import {SignedBooking} from "../types/Calls.sol";
import {BookingId, ListingId} from "../types/Ids.sol";
import {WeeklyHours} from "../types/Listing.sol";
import {NewBookings} from "./NewBookings.sol";

/// @title Bookings: reserve slots of a charger and lock the most that they can cost
abstract contract Bookings is NewBookings, IBookings {
    /// @inheritdoc IBookings
    function bookAsDriver(
        Booking calldata booking,
        WeeklyHours weeklyHours,
        bytes32 placeHash
    ) external returns (BookingId bookingId) {
        address driver = booking.purse.driver();
        if (msg.sender != driver) revert IAccounts.Account_InvalidSignature(driver);
        return _book(booking, booking.listingId(), Hashing.ofTerms(booking.terms), weeklyHours, placeHash);
    }

    /// @inheritdoc IBookings
    function book(SignedBooking calldata signed) external returns (BookingId bookingId) {
        _requireCarried(signed.limits);
        Booking calldata booking = signed.booking;
        ListingId listingId = booking.listingId();
        bytes32 termsHash = Hashing.ofTerms(booking.terms);
        bytes32 digest = _hashTypedDataV4(Hashing.ofIntent(booking, listingId, termsHash, signed.limits));
        address driver = booking.purse.driver();
        // A failed recovery returns the zero address, which is refused below as a key.
        if (!signed.driverSignature.isBy(driver, digest)) {
            revert IAccounts.Account_InvalidSignature(driver);
        }
        return _book(booking, listingId, termsHash, signed.weeklyHours, signed.placeHash);
    }
}
