// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IAccounts} from "../interfaces/IAccounts.sol";
import {IBookings} from "../interfaces/IBookings.sol";
import {Arithmetic} from "../libraries/Arithmetic.sol";
import {CalendarWord} from "../libraries/Calendar.sol";
import {packPurseId} from "../types/Booking.sol";
import {BookingId, ListingId, PurseId} from "../types/Ids.sol";
import {ListingWord} from "../types/Listing.sol";
import {Settings} from "../types/Settings.sol";

/// @title The storage that all stages share, and how money is credited in it
/// @notice The market never owes more than it holds, and it refuses to hold 2^64 units. So no sum of balances overflows
/// 64 bits, and overflow cannot block a refund or a payment.
/// @dev docs/decisions/0002-storage-layout.md gives each word and the reason for it. In steady state every write
/// goes from non-zero to non-zero. No other contract here declares storage: the market and its extension share the
/// same words, so the order here is the layout of both.
abstract contract MarketState is EIP712, Nonces, ReentrancyGuardTransient {
    /// @dev Balances have 64 bits; more decimals would leave too few whole tokens.
    uint256 private constant MAX_DECIMALS = 8;

    uint256 private constant MAX_WINDOW_SEC = 30 days;

    uint256 private constant MAX_FEE_BASIS_POINTS = 100;

    /// @dev The one token of this market. The getters of all constants are in Views, so that their selectors do
    /// not come before `settle`.
    IERC20 internal immutable PAYMENT_TOKEN;

    /// @dev Seconds after a booking's `closes` within which it can be reported.
    uint256 internal immutable REPORT_WINDOW_SEC;

    /// @dev Seconds within which a claim can be challenged.
    uint256 internal immutable CHALLENGE_WINDOW_SEC;

    /// @dev Seconds within which a challenged claim can be proven.
    uint256 internal immutable PROOF_WINDOW_SEC;

    /// @dev The largest challenge bond, in token units.
    uint256 internal immutable BOND_LIMIT;

    /// @dev Token units that a listing may ask a driver to trust, beside its overstay reserve.
    uint256 internal immutable FIRST_TRUST_LIMIT;

    /// @dev Token units: the least that a lost challenge costs, up to the bond.
    uint256 internal immutable FORFEIT_LEAST;

    /// @dev The market's part of what a charge costs, in hundredths of a percent.
    uint256 internal immutable FEE_BASIS_POINTS;

    /// @dev The account whose purse 0 is credited with the fee.
    address internal immutable FEE_TO;

    /// @dev Who may pause new listings and bookings.
    address internal immutable GUARDIAN;

    /// @dev Unix seconds at which the guardian's role ends.
    uint256 internal immutable GUARDIAN_ENDS_AT;

    /// @dev Market and extension have the same settings: the market compares their hashes when it is deployed.
    bytes32 internal immutable SETTINGS_HASH;

    /// @dev One word, as a struct so that a call computes its slot once and passes the pointer on.
    struct Purse {
        // Free balance in the low 64 bits, tail in the upper 192: a state hash with the top bit set while a booking
        // is open, else the generation.
        uint256 word;
    }

    /// @dev `earned` 64 (token units), `soldWh` 64, `sessions` 32.
    struct Earnings {
        uint256 word;
    }

    mapping(PurseId purse => Purse) internal _purses;

    mapping(ListingId listingId => ListingWord word) internal _listings;

    /// @dev Keyed by listing and host, so that a withdrawal needs no other proof of who the host is. First written at
    /// the first settlement.
    mapping(bytes32 listingAndHost => Earnings) internal _earnings;

    mapping(ListingId listingId => mapping(uint256 ringIndex => CalendarWord)) internal _calendars;

    /// @dev `pausedUntil` 40, `nextPauseFrom` 40 (unix seconds).
    uint256 internal _pause;

    /// @dev The chain, the contract and their EIP-712 domain as they were at deployment.
    uint256 private immutable CHAIN_ID;
    uint256 private immutable HERE;
    bytes32 private immutable DOMAIN;

    constructor(Settings memory settings) EIP712("Plugpact", "1") {
        _requireSettings(settings);
        CHAIN_ID = block.chainid;
        HERE = uint160(address(this));
        DOMAIN = _domainSeparatorV4();
        SETTINGS_HASH = keccak256(abi.encode(settings));
        PAYMENT_TOKEN = settings.token;
        REPORT_WINDOW_SEC = settings.reportSec;
        CHALLENGE_WINDOW_SEC = settings.challengeSec;
        PROOF_WINDOW_SEC = settings.proofSec;
        BOND_LIMIT = settings.bondMax;
        FIRST_TRUST_LIMIT = settings.firstTrustMax;
        FORFEIT_LEAST = settings.forfeitMin;
        FEE_BASIS_POINTS = settings.feeBasisPoints;
        FEE_TO = settings.feeTo;
        GUARDIAN = settings.guardian;
        GUARDIAN_ENDS_AT = settings.guardianEndsAt;
    }

    /// @dev As the library does, with one jump for both conditions, which costs less in each signature. After a fork of the chain,
    /// and where the market runs the extension's code, the domain is computed again.
    function _hashTypedDataV4(bytes32 structHash) internal view override returns (bytes32) {
        bytes32 domain = DOMAIN;
        uint256 difference = (block.chainid ^ CHAIN_ID) | (uint160(address(this)) ^ HERE);
        if (difference != 0) domain = _domainSeparatorV4();
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }

    /// @dev After the guardian's date, or without one, no storage is read: a session pays no gas for the role.
    function _requireNotPaused() internal view {
        if (block.timestamp >= GUARDIAN_ENDS_AT) return;
        uint256 until = uint40(_pause);
        if (block.timestamp < until) revert IBookings.Booking_Paused(until);
    }

    /// @dev Adds to a purse's free balance and leaves its tail alone.
    function _credit(PurseId id, uint256 amount) internal {
        _purses[id].word += amount;
    }

    /// @dev Pays the relayer of a signed message from money that was already taken from the signer.
    function _payRelay(uint256 fee) internal {
        if (fee == 0) return;
        _credit(packPurseId(msg.sender, 0), fee);
        emit IAccounts.RelayFeePaid(msg.sender, fee);
    }

    /// @dev Pays a host what a charge costs less the market's fee, and what is not part of the cost whole.
    function _payHost(
        BookingId bookingId,
        ListingId listingId,
        address host,
        uint256 cost,
        uint256 beside,
        uint256 energyWh
    ) internal {
        if (FEE_BASIS_POINTS != 0) cost -= _payFee(bookingId, cost);
        _earn(listingId, host, cost + beside, energyWh);
    }

    /// @dev Adds to a host's earnings and counts what was sold. The counters wrap after 2^64 Wh and 2^32 sessions.
    function _earn(ListingId listingId, address host, uint256 amount, uint256 energyWh) internal {
        Earnings storage earnings = _earnings[_earningsKey(listingId, host)];
        uint256 word = earnings.word;
        unchecked {
            uint256 earned = uint64(word) + amount;
            uint256 soldWh = uint64((word >> 64) + energyWh);
            uint256 sessions = uint32((word >> 128) + 1);
            earnings.word = earned | (soldWh << 64) | (sessions << 128);
        }
    }

    function _earningsKey(ListingId listingId, address host) internal pure returns (bytes32) {
        return Hashes.efficientKeccak256(ListingId.unwrap(listingId), bytes32(uint256(uint160(host))));
    }

    function _payFee(BookingId bookingId, uint256 cost) private returns (uint256 fee) {
        fee = Arithmetic.marketFee(cost, FEE_BASIS_POINTS);
        if (fee == 0) return 0;
        _credit(packPurseId(FEE_TO, 0), fee);
        emit IAccounts.MarketFeePaid(bookingId, fee);
    }

    function _requireSettings(Settings memory settings) private view {
        uint256 decimals = settings.token.decimals();
        if (decimals > MAX_DECIMALS) revert IAccounts.Market_TooManyDecimals(decimals, MAX_DECIMALS);
        _requireWindow(settings.reportSec);
        _requireWindow(settings.challengeSec);
        _requireWindow(settings.proofSec);
        _requireConstant(settings.bondMax, type(uint64).max);
        _requireConstant(settings.firstTrustMax, type(uint64).max);
        _requireConstant(settings.forfeitMin, settings.bondMax);
        _requireConstant(settings.feeBasisPoints, settings.feeTo == address(0) ? 0 : MAX_FEE_BASIS_POINTS);
        _requireConstant(settings.guardianEndsAt, settings.guardian == address(0) ? 0 : type(uint40).max);
    }

    function _requireWindow(uint256 windowSec) private pure {
        if (windowSec == 0) revert IAccounts.Market_ConstantOutOfRange(0, MAX_WINDOW_SEC);
        _requireConstant(windowSec, MAX_WINDOW_SEC);
    }

    function _requireConstant(uint256 value, uint256 limit) private pure {
        if (value > limit) revert IAccounts.Market_ConstantOutOfRange(value, limit);
    }
}
