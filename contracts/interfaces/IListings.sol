// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ListingId} from "../types/Ids.sol";
import {CompactSignature} from "../types/Reading.sol";
import {Listing} from "../types/Listing.sol";

/// @title Listings: chargers that hosts lend
/// @notice A listing is signed by its host and, once, by the agent key that will sign its readings. An update never
/// changes open bookings: they pin the terms under which they were made.
interface IListings {
    /// @notice A listing was published or updated; it is OPEN. Holds the whole preimage of the stored commitment.
    event ListingPublished(
        ListingId indexed listingId,
        address indexed host,
        address indexed agentKey,
        Listing listing,
        uint32 version
    );

    /// @notice A listing opened, closed, or its agent key was revoked (see ListingStatus).
    event ListingStatusChanged(ListingId indexed listingId, uint8 status, uint32 version);

    /// @notice Thrown when this agent key and connector were listed before: the host opens or updates that listing.
    error Listing_AlreadyPublished(ListingId listingId);

    /// @notice Thrown when the listing's agent key was revoked; a new key needs a new listing.
    error Listing_Revoked(ListingId listingId);

    /// @notice Thrown when the listing does not take bookings.
    error Listing_NotOpen(ListingId listingId, uint8 status);

    /// @notice Thrown when the given fields are not the listing's current ones.
    error Listing_TermsMismatch(ListingId listingId);

    /// @notice Thrown when an update would change host, agent key or connector.
    error Listing_IdentityChanged(ListingId listingId);

    /// @notice Thrown when host or agent key is zero, or both are the same.
    error Listing_InvalidKeys(address host, address agentKey);

    /// @notice Thrown when the agent key did not sign its consent to this host and connector.
    error Listing_AgentConsentInvalid(address agentKey);

    /// @notice Thrown when a term is outside of the range that the contract can store; `term` is its field name.
    error Listing_TermOutOfRange(bytes32 term, uint256 value, uint256 limit);

    /// @notice Thrown when the meter key is not 64 bytes of a known algorithm, or its hash is another.
    error Listing_MeterKeyInvalid(uint8 algorithm, uint256 length);

    /// @notice Thrown when a status is neither OPEN, CLOSED nor REVOKED, or is the current one.
    error Listing_InvalidStatus(uint8 status);

    /// @notice Publishes a charger.
    /// @param listing All fields; the host in its terms is the caller or signed `hostSignature`.
    /// @param consentValidUntil Unix seconds in the agent's consent.
    /// @param agentConsent The agent key's proof of possession: EIP-712 `AgentConsent`.
    /// @param hostSignature EIP-712 `PublishListing` with the listing's version; empty when the host calls.
    function publishListing(
        Listing calldata listing,
        uint64 consentValidUntil,
        CompactSignature calldata agentConsent,
        bytes calldata hostSignature
    ) external returns (ListingId listingId);

    /// @notice Replaces a listing's fields. Host, agent key and connector stay. Opens it when it was closed.
    /// @param current The current fields.
    /// @param next The new fields.
    function updateListing(
        Listing calldata current,
        Listing calldata next,
        bytes calldata hostSignature
    ) external;

    /// @notice Opens or closes a listing for new bookings, or revokes its agent key for good (rule 21).
    function setListingStatus(Listing calldata current, uint8 status, bytes calldata hostSignature) external;
}
