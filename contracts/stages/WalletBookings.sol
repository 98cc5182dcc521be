// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IWalletBookings} from "../interfaces/IWalletBookings.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {Booking, IntentLimits} from "../types/Booking.sol";
import {BookingId, ListingId} from "../types/Ids.sol";
import {WeeklyHours} from "../types/Listing.sol";
import {NewBookings} from "./NewBookings.sol";
import {Signers} from "./Signers.sol";

/// @title Wallet bookings: intents of drivers that are contract accounts or ERC-7913 signers
/// @notice Separate from `book`, since it runs the account's code: the usual path and the batches run none.
abstract contract WalletBookings is NewBookings, Signers, IWalletBookings {
    /// @inheritdoc IWalletBookings
    function bookByWallet(
        Booking calldata booking,
        WeeklyHours weeklyHours,
        bytes32 placeHash,
        IntentLimits limits,
        bytes calldata driverSignature
    ) external returns (BookingId bookingId) {
        _requireCarried(limits);
        ListingId listingId = booking.listingId();
        bytes32 termsHash = Hashing.ofTerms(booking.terms);
        bytes32 structHash = Hashing.ofIntent(booking, listingId, termsHash, limits);
        _requireAuthorised(booking.purse.driver(), structHash, driverSignature);
        return _book(booking, listingId, termsHash, weeklyHours, placeHash);
    }
}
