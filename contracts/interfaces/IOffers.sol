// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking, IntentLimits} from "../types/Booking.sol";
import {Offer} from "../types/Calls.sol";
import {BookingId} from "../types/Ids.sol";
import {WeeklyHours} from "../types/Listing.sol";
import {Tariff} from "../types/Terms.sol";

/// @title Offers: the agent signs a lower price for one need, within what the host allows (rule 27)
interface IOffers {
    /// @notice A booking was made by an offer: the listing's terms with `tariff` in place of `offer.listedTariff`.
    event OfferTaken(BookingId indexed bookingId, Tariff tariff, Offer offer);

    /// @notice Thrown when the agent key did not sign this offer for this version of the listing.
    error Offer_SignatureInvalid(address agentKey);

    /// @notice Thrown when an offer is valid for longer than two minutes.
    error Offer_TooLong(uint256 validUntil, uint256 limit);

    /// @notice Thrown when the offer was made to another driver.
    error Offer_ForAnotherDriver(address driver, address taker);

    /// @notice Thrown when an offered price is above the listed one, or below what the host allows.
    error Offer_PriceOutOfRange(bytes32 price, uint256 offered, uint256 least, uint256 listed);

    /// @notice Thrown when an offer changes the price of overstay, its reserve, or the discount.
    error Offer_OverstayDiffers();

    /// @notice Books at an offered tariff. A listing with empty weekly hours is booked by offers only.
    /// @param booking The booking; its terms are the listing's current ones with the offered tariff.
    /// @param weeklyHours The listing's current hours.
    /// @param placeHash Hash of the listing's current place.
    /// @param limits Relayer and validity of the intent; not read when the driver calls.
    /// @param driverSignature EIP-712 `Intent`; empty when the driver calls.
    function bookOffer(
        Booking calldata booking,
        WeeklyHours weeklyHours,
        bytes32 placeHash,
        IntentLimits limits,
        Offer calldata offer,
        bytes calldata driverSignature
    ) external returns (BookingId bookingId);
}
