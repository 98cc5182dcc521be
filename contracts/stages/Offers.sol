// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "../interfaces/IAccounts.sol";
import {IOffers} from "../interfaces/IOffers.sol";
import {Arithmetic} from "../libraries/Arithmetic.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {Booking, IntentLimits} from "../types/Booking.sol";
import {Offer} from "../types/Calls.sol";
import {BookingId, ListingId} from "../types/Ids.sol";
import {WeeklyHours} from "../types/Listing.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {Tariff} from "../types/Terms.sol";
import {NewBookings} from "./NewBookings.sol";
import {Signers} from "./Signers.sol";

/// @title Offers: the agent signs a lower price for one need, within what the host allows (rule 27)
abstract contract Offers is NewBookings, Signers, IOffers {
    uint256 private constant OFFER_MAX_SEC = 2 minutes;

    /// @dev The words of a tariff that are never offered: overstay, its reserve, the discount.
    uint256 private constant FIXED_WORDS =
        (uint256(type(uint48).max) << 96) | (uint256(type(uint64).max) << 192);

    /// @inheritdoc IOffers
    function bookOffer(
        Booking calldata booking,
        WeeklyHours weeklyHours,
        bytes32 placeHash,
        IntentLimits limits,
        Offer calldata offer,
        bytes calldata driverSignature
    ) external returns (BookingId bookingId) {
        ListingId listingId = booking.listingId();
        bytes32 termsHash = Hashing.ofTerms(booking.terms);
        _requireDriver(booking, listingId, termsHash, limits, driverSignature);
        bytes32 listedHash = Hashing.ofTermsWithTariff(booking.terms, offer.listedTariff);
        uint256 version = _requireListed(listingId, listedHash, weeklyHours, placeHash);
        _requireOffered(booking.terms.tariff, offer.listedTariff);
        _requireOfferSigned(booking, listingId, version, offer);
        // A listing with empty hours is booked by offers only: there the agent's signature stands for the hours.
        if (weeklyHours.mask() != 0) _requireHours(booking, listingId, weeklyHours);
        bookingId = _reserve(booking, listingId, termsHash);
        _logOfferTaken(bookingId, booking.terms.tariff, offer);
    }

    /// @dev The driver calls, or signed the intent, which then is bound to its relayer and expires.
    function _requireDriver(
        Booking calldata booking,
        ListingId listingId,
        bytes32 termsHash,
        IntentLimits limits,
        bytes calldata driverSignature
    ) private view {
        address driver = booking.purse.driver();
        if (msg.sender == driver && driverSignature.length == 0) return;
        _requireCarried(limits);
        _requireAuthorised(driver, Hashing.ofIntent(booking, listingId, termsHash, limits), driverSignature);
    }

    function _requireOfferSigned(
        Booking calldata booking,
        ListingId listingId,
        uint256 version,
        Offer calldata offer
    ) private view {
        if (block.timestamp >= offer.validUntil) {
            revert IAccounts.Account_SignatureExpired(offer.validUntil, block.timestamp);
        }
        uint256 latest = block.timestamp + OFFER_MAX_SEC;
        if (offer.validUntil > latest) revert Offer_TooLong(offer.validUntil, latest);
        address driver = booking.purse.driver();
        if (offer.driver != address(0) && offer.driver != driver) {
            revert Offer_ForAnotherDriver(offer.driver, driver);
        }
        bytes32 structHash = keccak256(
            abi.encode(
                SignedTypes.OFFER,
                listingId,
                version,
                booking.terms.tariff,
                booking.session.firstSlot(),
                booking.session.slotCount(),
                offer.driver,
                offer.validUntil
            )
        );
        if (!offer.agentSignature.isBy(booking.terms.pinnedAgent(), _hashTypedDataV4(structHash))) {
            revert Offer_SignatureInvalid(booking.terms.agentKey);
        }
    }

    /// @dev No price above the listed one or below the host's floor; nothing else of the tariff differs.
    function _requireOffered(Tariff offered, Tariff listed) private pure {
        if ((Tariff.unwrap(offered) ^ Tariff.unwrap(listed)) & FIXED_WORDS != 0)
            revert Offer_OverstayDiffers();
        _requirePrice("pricePerKwh", offered.pricePerKwh(), listed.pricePerKwh(), listed.discountBp());
        _requirePrice("pricePerHour", offered.pricePerHour(), listed.pricePerHour(), listed.discountBp());
        _requirePrice("flatFee", offered.flatFee(), listed.flatFee(), listed.discountBp());
    }

    function _requirePrice(bytes32 price, uint256 offered, uint256 listed, uint256 discountBp) private pure {
        uint256 least = Arithmetic.leastPrice(listed, discountBp);
        if (offered < least || offered > listed) revert Offer_PriceOutOfRange(price, offered, least, listed);
    }

    /// @dev Equals `emit OfferTaken`, without the copies that it makes. Memory beyond the free pointer is scratch.
    /// Assumes that the caller has read the offer's fields, which refuses bits beyond their types.
    function _logOfferTaken(BookingId bookingId, Tariff tariff, Offer calldata offer) private {
        bytes32 topic = IOffers.OfferTaken.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, tariff)
            calldatacopy(add(free, 0x20), offer, 0xa0)
            log2(free, 0xc0, topic, bookingId)
        }
    }
}
