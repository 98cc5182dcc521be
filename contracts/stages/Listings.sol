// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "../interfaces/IAccounts.sol";
import {IListings} from "../interfaces/IListings.sol";
import {Calendar} from "../libraries/Calendar.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {ListingId} from "../types/Ids.sol";
import {
    Listing,
    Location,
    ListingStatus,
    ListingWord,
    Place,
    commitmentOf,
    packListingWord
} from "../types/Listing.sol";
import {CompactSignature} from "../types/Reading.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {BookingTerms, MeterAlgorithm, Terms} from "../types/Terms.sol";
import {Signers} from "./Signers.sol";

/// @title Listings: chargers that hosts lend
abstract contract Listings is Signers, IListings {
    /// @dev The agent's consent is used at once; it expires soon, so a leaked one is of little use.
    uint256 private constant CONSENT_MAX_SEC = 10 minutes;

    /// @dev Early start ends free cancelling, late stop keeps money locked: neither may last a day.
    uint256 private constant MAX_EDGE_MIN = 6 * 60;

    /// @dev Seven days.
    uint256 private constant MAX_CANCEL_UNTIL_MIN = 7 * 24 * 60;

    uint256 private constant MIN_NOSHOW_TIMEOUT_SEC = 15 minutes;

    uint256 private constant MAX_NOSHOW_TIMEOUT_SEC = 24 hours;

    uint256 private constant MAX_DISCOUNT_BP = 9_000;

    /// @inheritdoc IListings
    function publishListing(
        Listing calldata listing,
        uint64 consentValidUntil,
        CompactSignature calldata agentConsent,
        bytes calldata hostSignature
    ) external returns (ListingId listingId) {
        _requireNotPaused();
        Terms calldata terms = listing.terms;
        listingId = _listingIdOf(listing);
        ListingWord word = _listings[listingId];
        // Once for all: a closed listing stays its host's, who opens it again or revokes its key.
        if (word.status() != ListingStatus.NONE) revert Listing_AlreadyPublished(listingId);
        if (terms.host == address(0) || terms.agentKey == address(0) || terms.host == terms.agentKey) {
            revert Listing_InvalidKeys(terms.host, terms.agentKey);
        }
        _requireConsent(listingId, terms, consentValidUntil, agentConsent);
        _publish(listingId, word, listing, hostSignature);
    }

    /// @inheritdoc IListings
    function updateListing(
        Listing calldata current,
        Listing calldata next,
        bytes calldata hostSignature
    ) external {
        (ListingId listingId, ListingWord word) = _requirePresent(current);
        if (word.status() == ListingStatus.REVOKED) revert Listing_Revoked(listingId);
        if (next.terms.host != current.terms.host || _listingIdOf(next) != listingId) {
            revert Listing_IdentityChanged(listingId);
        }
        _publish(listingId, word, next, hostSignature);
    }

    /// @inheritdoc IListings
    function setListingStatus(Listing calldata current, uint8 status, bytes calldata hostSignature) external {
        (ListingId listingId, ListingWord word) = _requirePresent(current);
        if (word.status() == ListingStatus.REVOKED) revert Listing_Revoked(listingId);
        if (status == ListingStatus.NONE || status > ListingStatus.REVOKED || status == word.status()) {
            revert Listing_InvalidStatus(status);
        }
        uint32 version = word.version();
        _requireAuthorised(
            current.terms.host,
            keccak256(abi.encode(SignedTypes.SET_LISTING_STATUS, listingId, status, version)),
            hostSignature
        );
        _listings[listingId] = packListingWord(word.commitment(), uint256(version) + 1, status);
        emit ListingStatusChanged(listingId, status, version + 1);
    }

    function _publish(
        ListingId listingId,
        ListingWord word,
        Listing calldata listing,
        bytes calldata hostSignature
    ) private {
        _requireTermsInRange(listing);
        bytes32 termsHash = Hashing.ofTerms(listing.terms);
        bytes32 placeHash = _placeHash(listing.place);
        uint32 version = word.version();
        _requireAuthorised(
            listing.terms.host,
            keccak256(
                abi.encode(
                    SignedTypes.PUBLISH_LISTING,
                    listingId,
                    termsHash,
                    listing.weeklyHours,
                    placeHash,
                    version
                )
            ),
            hostSignature
        );
        _listings[listingId] = packListingWord(
            commitmentOf(termsHash, listing.weeklyHours, placeHash),
            uint256(version) + 1,
            ListingStatus.OPEN
        );
        emit ListingPublished(listingId, listing.terms.host, listing.terms.agentKey, listing, version + 1);
    }

    function _requirePresent(
        Listing calldata listing
    ) private view returns (ListingId listingId, ListingWord word) {
        listingId = _listingIdOf(listing);
        word = _listings[listingId];
        uint192 commitment = commitmentOf(
            Hashing.ofTerms(listing.terms),
            listing.weeklyHours,
            _placeHash(listing.place)
        );
        if (word.commitment() != commitment) revert Listing_TermsMismatch(listingId);
    }

    function _requireConsent(
        ListingId listingId,
        Terms calldata terms,
        uint64 validUntil,
        CompactSignature calldata agentConsent
    ) private view {
        if (block.timestamp >= validUntil)
            revert IAccounts.Account_SignatureExpired(validUntil, block.timestamp);
        if (validUntil > block.timestamp + CONSENT_MAX_SEC) {
            revert Listing_AgentConsentInvalid(terms.agentKey);
        }
        bytes32 structHash = keccak256(
            abi.encode(SignedTypes.AGENT_CONSENT, listingId, terms.host, validUntil)
        );
        if (!agentConsent.isBy(terms.agentKey, _hashTypedDataV4(structHash))) {
            revert Listing_AgentConsentInvalid(terms.agentKey);
        }
    }

    /// @dev Refuses terms that could never be booked or stored, so that a typing error is noticed at once.
    function _requireTermsInRange(Listing calldata listing) private view {
        BookingTerms terms = listing.terms.bookingTerms;
        _requireAtMost("maxSlots", terms.maxSlots(), Calendar.MAX_SLOTS);
        _requireAtMost("minSlots", terms.minSlots(), terms.maxSlots());
        _requireAtMost("horizonSlots", terms.horizonSlots(), Calendar.HORIZON_SLOTS);
        _requireAtMost("maxSlots over horizon", terms.maxSlots(), terms.horizonSlots());
        _requireAtMost("cancelUntilMin", terms.cancelUntilSec() / 60, MAX_CANCEL_UNTIL_MIN);
        _requireNoshowTimeout(terms.noshowTimeoutSec());
        _requireTrust(listing.terms);
        if (terms.minSlots() == 0) revert Listing_TermOutOfRange("minSlots", 0, 1);
        if (listing.terms.metering.maxPowerW() == 0) revert Listing_TermOutOfRange("maxPowerW", 0, 1);
        _requireAtMost("earlyStartMin", terms.earlyStartSec() / 60, MAX_EDGE_MIN);
        _requireAtMost("lateStopMin", terms.lateStopSec() / 60, MAX_EDGE_MIN);
        _requireCoarsePlace(listing.place.location);
        _requireMeterKey(listing);
    }

    /// @dev Long enough for a guest who looks for the house, and over before the time to report is.
    function _requireNoshowTimeout(uint256 timeoutSec) private view {
        if (timeoutSec < MIN_NOSHOW_TIMEOUT_SEC) {
            revert Listing_TermOutOfRange("noshowTimeoutMin", timeoutSec / 60, MIN_NOSHOW_TIMEOUT_SEC / 60);
        }
        _requireAtMost("noshowTimeoutMin", timeoutSec / 60, MAX_NOSHOW_TIMEOUT_SEC / 60);
        _requireAtMost("noshowTimeoutMin", timeoutSec / 60, (REPORT_WINDOW_SEC - 1) / 60);
    }

    /// @dev Rule 1: a listing asks for little trust, and for its overstay reserve; more is the driver's own choice.
    function _requireTrust(Terms calldata terms) private view {
        uint256 limit = FIRST_TRUST_LIMIT + terms.tariff.overstayReserve();
        _requireAtMost("allowedCost", terms.metering.allowedCost(), limit);
        _requireAtMost("unsignedCost", terms.metering.unsignedCost(), limit);
        _requireAtMost("discountBp", terms.tariff.discountBp(), MAX_DISCOUNT_BP);
    }

    /// @dev The cell's own resolution counts: a finer cell declared as coarse would reveal the house for ever.
    function _requireCoarsePlace(Location location) private pure {
        uint8 resolution = location.h3Resolution();
        if (resolution < 7) revert Listing_TermOutOfRange("h3Resolution", resolution, 7);
        _requireAtMost("h3Resolution", resolution, 9);
        uint8 ofCell = location.cellResolution();
        if (ofCell != resolution) revert Listing_TermOutOfRange("h3Cell", ofCell, resolution);
    }

    function _requireMeterKey(Listing calldata listing) private pure {
        uint8 algorithm = listing.terms.metering.meterAlgorithm();
        uint256 length = listing.meterKey.length;
        bool valid =
            algorithm == MeterAlgorithm.NONE
                ? length == 0 && listing.terms.meterKeyHash == bytes32(0)
                : algorithm <= MeterAlgorithm.ECDSA_SECP256K1_SHA256 &&
                    length == 64 &&
                    listing.terms.meterKeyHash == keccak256(listing.meterKey);
        if (!valid) revert Listing_MeterKeyInvalid(algorithm, length);
    }

    function _requireAtMost(bytes32 term, uint256 value, uint256 limit) private pure {
        if (value > limit) revert Listing_TermOutOfRange(term, value, limit);
    }

    function _listingIdOf(Listing calldata listing) private pure returns (ListingId) {
        return ListingId.wrap(keccak256(abi.encode(listing.terms.agentKey, listing.place.connector)));
    }

    function _placeHash(Place calldata place) private pure returns (bytes32) {
        return keccak256(abi.encode(place));
    }
}
