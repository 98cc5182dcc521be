// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Booking} from "../types/Booking.sol";
import {BookingId, ListingId} from "../types/Ids.sol";
import {ListingWord} from "../types/Listing.sol";

/// @title Views: what anyone can read, and what the deployment fixed
interface IViews {
    /// @notice A purse's free money and its tail (a generation, or a state hash with the top bit set).
    function purseOf(address account, uint32 purse) external view returns (uint256 balance, uint192 tail);

    /// @notice A host's earnings of one listing in token units, the energy sold in Wh, and the sessions paid.
    function earningsOf(
        ListingId listingId,
        address host
    ) external view returns (uint256 earned, uint256 soldWh, uint256 sessions);

    /// @notice A listing's stored word: commitment, version, status.
    function listingOf(ListingId listingId) external view returns (ListingWord);

    /// @notice The raw calendar word that holds `slot`: low 224 bits are slots, high 32 its epoch.
    function calendarWordOf(ListingId listingId, uint256 slot) external view returns (uint256);

    /// @notice The id of a booking under this market and chain.
    function bookingIdOf(Booking calldata booking) external view returns (BookingId);

    /// @notice Until when new listings and bookings are paused, and from when they can be again (unix seconds).
    function pauses() external view returns (uint256 pausedUntil, uint256 nextPauseFrom);

    /// @notice Who the guardian is, and when its role ends (unix seconds); zero when there is none.
    function guardian() external view returns (address account, uint256 endsAt);

    /// @notice The market's part of what a charge costs, in hundredths of a percent, and the owner of the purse 0 that
    /// receives it.
    function marketFee() external view returns (uint256 basisPoints, address to);

    /// @notice The one token of this market, of at most 8 decimals.
    function TOKEN() external view returns (IERC20);

    /// @notice The largest challenge bond, in token units.
    function BOND_MAX() external view returns (uint256);

    /// @notice The most that a listing may ask a driver to trust, beside its overstay reserve, in token units.
    function FIRST_TRUST_MAX() external view returns (uint256);

    /// @notice The least that a lost challenge costs, up to the bond, in token units.
    function FORFEIT_MIN() external view returns (uint256);

    /// @notice Seconds after a booking's `closes` within which it can be reported.
    function REPORT_SEC() external view returns (uint256);

    /// @notice Seconds within which a claim can be challenged.
    function CHALLENGE_SEC() external view returns (uint256);

    /// @notice Seconds within which a challenged claim can be proven.
    function PROOF_SEC() external view returns (uint256);

    /// @notice The contract with the calls that the market does not implement itself.
    function EXTENSION() external view returns (address);

    /// @notice Hash of the settings that market and extension were deployed with.
    function settingsHash() external view returns (bytes32);
}
