// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IAccounts} from "../interfaces/IAccounts.sol";
import {IBookings} from "../interfaces/IBookings.sol";
import {ListingId, PurseId} from "../types/Ids.sol";
import {ListingWord} from "../types/Listing.sol";
import {CompactSignature} from "../types/Reading.sol";
import {Settings} from "../types/Settings.sol";

/// @title The storage that all stages share, and the signatures they check
/// @dev docs/decisions/0002-storage-layout.md gives each word and the reason for it. In steady state every write
/// goes from non-zero to non-zero. No other contract here declares storage: the market and its extension share the
/// same words, so the order here is the layout of both.
abstract contract MarketState is EIP712, Nonces, ReentrancyGuardTransient {
    /// @dev Balances have 64 bits; more decimals would leave too few whole tokens.
    uint256 private constant MAX_DECIMALS = 8;

    uint256 private constant MAX_WINDOW_SEC = 30 days;

    uint256 private constant MAX_FEE_BASIS_POINTS = 100;

    /// @dev Prefix of the hash that gives an ERC-7913 signer its account.
    bytes32 internal constant SIGNER_ACCOUNT = keccak256("Plugpact account of an ERC-7913 signer");

    /// @dev Half of secp256k1's order (SEC 2, section 2.4.1): a larger `s` would be a second form of a signature.
    uint256 private constant MAX_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

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

    /// @dev Keyed by listing and host, so that a later host of an agent key never reaches an earlier one's earnings.
    /// First written at the first settlement.
    mapping(bytes32 listingAndHost => Earnings) internal _earnings;

    mapping(ListingId listingId => mapping(uint256 ringIndex => uint256 word)) internal _calendars;

    /// @dev `pausedUntil` 40, `nextPauseFrom` 40 (unix seconds).
    uint256 internal _pause;

    constructor(Settings memory settings) EIP712("Plugpact", "1") {
        _requireSettings(settings);
        SETTINGS_HASH = keccak256(abi.encode(settings));
        PAYMENT_TOKEN = settings.token;
        REPORT_WINDOW_SEC = settings.reportSec;
        CHALLENGE_WINDOW_SEC = settings.challengeSec;
        PROOF_WINDOW_SEC = settings.proofSec;
        BOND_LIMIT = settings.bondMax;
        FEE_BASIS_POINTS = settings.feeBasisPoints;
        FEE_TO = settings.feeTo;
        GUARDIAN = settings.guardian;
        GUARDIAN_ENDS_AT = settings.guardianEndsAt;
    }

    /// @dev After the guardian's date, or without one, no storage is read: a session pays no gas for the role.
    function _requireNotPaused() internal view {
        if (block.timestamp >= GUARDIAN_ENDS_AT) return;
        uint256 until = uint40(_pause);
        if (block.timestamp < until) revert IBookings.Booking_Paused(until);
    }

    /// @dev The account calls itself, or it signed. ECDSA first, so that the signature of an EIP-7702 account's key
    /// counts regardless of the code it points to; then ERC-1271 for contracts; then ERC-7913 for accounts that are
    /// the hash of a signer.
    function _requireAuthorised(address account, bytes32 structHash, bytes calldata signature) internal view {
        if (msg.sender == account && signature.length == 0) return;
        bytes32 digest = _hashTypedDataV4(structHash);
        if (_recover(digest, signature) == account && account != address(0)) return;
        bool valid =
            account.code.length != 0
                ? SignatureChecker.isValidERC1271SignatureNow(account, digest, signature)
                : _isSignedBySigner(account, digest, signature);
        if (!valid) revert IAccounts.Account_InvalidSignature(account);
    }

    /// @dev The key that signed by ECDSA, or zero.
    function _recover(bytes32 digest, bytes calldata signature) internal pure returns (address signer) {
        (signer, , ) = ECDSA.tryRecoverCalldata(digest, signature);
    }

    /// @dev Agent and session keys are plain keys: a contract could revoke its signature. Pinned keys are never zero,
    /// so a failed recovery (zero) never matches one.
    function _isSignedByKey(
        address key,
        bytes32 digest,
        CompactSignature calldata signature
    ) internal pure returns (bool) {
        uint256 vs = uint256(signature.vs);
        uint256 s = vs & (type(uint256).max >> 1);
        if (s > MAX_S) return false;
        unchecked {
            return ecrecover(digest, uint8(27 + (vs >> 255)), signature.r, bytes32(s)) == key;
        }
    }

    /// @dev `signature` is the signer's length in two bytes, the signer (verifier ‖ key, ERC-7913), its signature.
    /// A signer of 20 bytes is an address and has an account already.
    function _isSignedBySigner(
        address account,
        bytes32 digest,
        bytes calldata signature
    ) private view returns (bool) {
        if (signature.length < 2) return false;
        uint256 end = 2 + uint256(uint16(bytes2(signature)));
        if (end <= 22 || signature.length < end) return false;
        bytes calldata signer = signature[2:end];
        bytes32 hash = keccak256(bytes.concat(SIGNER_ACCOUNT, signer));
        if (address(uint160(uint256(hash))) != account) return false;
        return SignatureChecker.isValidSignatureNow(signer, digest, signature[end:]);
    }

    function _requireSettings(Settings memory settings) private view {
        uint256 decimals = settings.token.decimals();
        if (decimals > MAX_DECIMALS) revert IAccounts.Market_TooManyDecimals(decimals, MAX_DECIMALS);
        _requireWindow(settings.reportSec);
        _requireWindow(settings.challengeSec);
        _requireWindow(settings.proofSec);
        _requireConstant(settings.bondMax, type(uint64).max);
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
