// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "../interfaces/IAccounts.sol";
import {IBookings} from "../interfaces/IBookings.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {Booking, IntentLimits} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {WeeklyHours} from "../types/Listing.sol";
import {NewBookings} from "./NewBookings.sol";

/// @title Bookings: a slot of a charger, and the most it can cost, locked
abstract contract Bookings is NewBookings, IBookings {
    /// @inheritdoc IBookings
    function bookAsDriver(
        Booking calldata booking,
        WeeklyHours weeklyHours,
        bytes32 placeHash
    ) external returns (BookingId bookingId) {
        address driver = booking.purse.driver();
        if (msg.sender != driver) revert IAccounts.Account_InvalidSignature(driver);
        return _book(booking, Hashing.ofTerms(booking.terms), weeklyHours, placeHash);
    }

    /// @inheritdoc IBookings
    function book(
        Booking calldata booking,
        WeeklyHours weeklyHours,
        bytes32 placeHash,
        IntentLimits calldata limits,
        bytes calldata driverSignature
    ) external returns (BookingId bookingId) {
        bytes32 termsHash = Hashing.ofTerms(booking.terms);
        address driver = booking.purse.driver();
        // A driver who calls is bound by the transaction itself.
        if (msg.sender != driver || driverSignature.length != 0) {
            _requireCarried(limits);
            _requireAuthorised(driver, _intentHash(booking, termsHash, limits), driverSignature);
        }
        return _book(booking, termsHash, weeklyHours, placeHash);
    }

    /// @inheritdoc IBookings
    function bookingIdOf(Booking calldata booking) external view returns (BookingId) {
        return Hashing.ofBooking(booking, Hashing.ofTerms(booking.terms));
    }
}
