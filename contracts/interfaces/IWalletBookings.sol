// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking, IntentLimits} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {WeeklyHours} from "../types/Listing.sol";

/// @title Wallet bookings: intents of drivers that are contract accounts or ERC-7913 signers
interface IWalletBookings {
    /// @notice `book` for a driver that is a contract (ERC-1271) or the account of an ERC-7913 signer. A key's
    /// signature in its 65-byte form is accepted too.
    /// @param booking The booking with the listing's current terms.
    /// @param weeklyHours The listing's current hours.
    /// @param placeHash Hash of the listing's current place.
    /// @param limits Relayer and validity of the intent.
    /// @param driverSignature EIP-712 `Intent`.
    function bookByWallet(
        Booking calldata booking,
        WeeklyHours weeklyHours,
        bytes32 placeHash,
        IntentLimits limits,
        bytes calldata driverSignature
    ) external returns (BookingId bookingId);
}
