// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IViews} from "../interfaces/IViews.sol";
import {Calendar} from "../libraries/Calendar.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {Booking, packPurseId} from "../types/Booking.sol";
import {BookingId, ListingId} from "../types/Ids.sol";
import {ListingWord} from "../types/Listing.sol";
import {MarketState} from "./MarketState.sol";

/// @title Views: what anyone can read, and what the deployment fixed
/// @notice In the extension, since reads cost no gas, but each selector in the market makes its other calls dearer.
abstract contract Views is MarketState, IViews {
    /// @dev The extension's own address, also while the market runs its code.
    address internal immutable SELF = address(this);

    /// @inheritdoc IViews
    function purseOf(address account, uint32 purse) external view returns (uint256 balance, uint192 tail) {
        uint256 word = _purses[packPurseId(account, purse)].word;
        return (uint64(word), uint192(word >> 64));
    }

    /// @inheritdoc IViews
    function earningsOf(
        ListingId listingId,
        address host
    ) external view returns (uint256 earned, uint256 soldWh, uint256 sessions) {
        uint256 word = _earnings[_earningsKey(listingId, host)].word;
        return (uint64(word), uint64(word >> 64), uint32(word >> 128));
    }

    /// @inheritdoc IViews
    function listingOf(ListingId listingId) external view returns (ListingWord) {
        return _listings[listingId];
    }

    /// @inheritdoc IViews
    function calendarWordOf(ListingId listingId, uint256 slot) external view returns (uint256) {
        return _calendars[listingId][(slot / Calendar.SLOTS_PER_WORD) % Calendar.RING_WORDS].word;
    }

    /// @inheritdoc IViews
    function bookingIdOf(Booking calldata booking) external view returns (BookingId) {
        return Hashing.ofBooking(booking, Hashing.ofTerms(booking.terms));
    }

    /// @inheritdoc IViews
    function pauses() external view returns (uint256 pausedUntil, uint256 nextPauseFrom) {
        return (uint40(_pause), _pause >> 40);
    }

    /// @inheritdoc IViews
    function guardian() external view returns (address account, uint256 endsAt) {
        return (GUARDIAN, GUARDIAN_ENDS_AT);
    }

    /// @inheritdoc IViews
    function marketFee() external view returns (uint256 basisPoints, address to) {
        return (FEE_BASIS_POINTS, FEE_TO);
    }

    /// @inheritdoc IViews
    function TOKEN() external view returns (IERC20) {
        return PAYMENT_TOKEN;
    }

    /// @inheritdoc IViews
    function BOND_MAX() external view returns (uint256) {
        return BOND_LIMIT;
    }

    /// @inheritdoc IViews
    function FIRST_TRUST_MAX() external view returns (uint256) {
        return FIRST_TRUST_LIMIT;
    }

    /// @inheritdoc IViews
    function FORFEIT_MIN() external view returns (uint256) {
        return FORFEIT_LEAST;
    }

    /// @inheritdoc IViews
    function REPORT_SEC() external view returns (uint256) {
        return REPORT_WINDOW_SEC;
    }

    /// @inheritdoc IViews
    function CHALLENGE_SEC() external view returns (uint256) {
        return CHALLENGE_WINDOW_SEC;
    }

    /// @inheritdoc IViews
    function PROOF_SEC() external view returns (uint256) {
        return PROOF_WINDOW_SEC;
    }

    /// @inheritdoc IViews
    function EXTENSION() external view returns (address) {
        return SELF;
    }

    /// @inheritdoc IViews
    function settingsHash() external view returns (bytes32) {
        return SETTINGS_HASH;
    }
}
