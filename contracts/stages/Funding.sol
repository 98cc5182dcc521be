// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20, SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {IAccounts} from "../interfaces/IAccounts.sol";
import {IERC3009} from "../interfaces/IERC3009.sol";
import {IFunding} from "../interfaces/IFunding.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {Booking, IntentLimits, packPurseId} from "../types/Booking.sol";
import {Authorization, EarningsWithdrawal, Withdrawal} from "../types/Funding.sol";
import {BookingId, ListingId} from "../types/Ids.sol";
import {WeeklyHours} from "../types/Listing.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {Money} from "./Money.sol";
import {NewBookings} from "./NewBookings.sol";
import {Signers} from "./Signers.sol";
import {Views} from "./Views.sol";

/// @title Funding: money in and out by signature
/// @dev Runs in the market by delegatecall. At its own address it would accept money that nobody could book with.
abstract contract Funding is NewBookings, Money, Signers, Views, IFunding {
    using SafeERC20 for IERC20;

    /// @dev Distinguishes the nonce of a deposit from the nonce of any other purpose.
    bytes32 private constant DEPOSIT_PURPOSE = keccak256("Plugpact deposit by ERC-3009");

    modifier onlyInMarket() {
        if (address(this) == SELF) revert Market_ExtensionCalledDirectly();
        _;
    }

    /// @inheritdoc IFunding
    function depositWithPermit(
        address account,
        uint32 purse,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant onlyInMarket {
        if (account == address(0)) revert IAccounts.Account_ZeroAddress();
        try
            IERC20Permit(address(PAYMENT_TOKEN)).permit(msg.sender, address(this), amount, deadline, v, r, s)
        {} catch {
            // The transfer below fails if there is no allowance from elsewhere.
        }
        uint256 before = PAYMENT_TOKEN.balanceOf(address(this));
        PAYMENT_TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        _depositReceived(account, purse, before, msg.sender);
    }

    /// @inheritdoc IFunding
    function depositWithAuthorization(
        address account,
        uint32 purse,
        bytes32 salt,
        Authorization calldata authorization
    ) external nonReentrant onlyInMarket {
        if (account == address(0)) revert IAccounts.Account_ZeroAddress();
        bytes32 nonce = keccak256(abi.encode(DEPOSIT_PURPOSE, account, purse, salt));
        _receive(account, purse, nonce, authorization);
    }

    /// @inheritdoc IFunding
    function fundAndBook(
        Booking calldata booking,
        WeeklyHours weeklyHours,
        bytes32 placeHash,
        IntentLimits limits,
        Authorization calldata authorization
    ) external nonReentrant onlyInMarket returns (BookingId bookingId) {
        address driver = booking.purse.driver();
        if (authorization.from != driver) revert Account_NotDriver(authorization.from, driver);
        _requireCarried(limits);
        ListingId listingId = booking.listingId();
        bytes32 termsHash = Hashing.ofTerms(booking.terms);
        bytes32 nonce = _hashTypedDataV4(Hashing.ofIntent(booking, listingId, termsHash, limits));
        // The driver's money arrived under this nonce, which replaces the signature of the intent. A token that
        // accepts the call without moving money is refused there.
        _receive(driver, booking.purse.index(), nonce, authorization);
        return _book(booking, listingId, termsHash, weeklyHours, placeHash);
    }

    /// @inheritdoc IFunding
    function withdrawBySignature(
        Withdrawal calldata withdrawal,
        bytes calldata signature
    ) external nonReentrant {
        Withdrawal calldata w = withdrawal;
        _requireRelay(w.relayer, w.relayFee, w.amount, w.validUntil);
        _useCheckedNonce(w.account, w.nonce);
        _requireAuthorised(w.account, keccak256(abi.encode(SignedTypes.WITHDRAW, w)), signature);
        _debitPurse(packPurseId(w.account, w.purse), w.amount, w.to);
        _payRelay(w.relayFee);
        emit IAccounts.Withdrawn(w.account, w.purse, w.amount, w.to);
        PAYMENT_TOKEN.safeTransfer(w.to, w.amount - w.relayFee);
    }

    /// @inheritdoc IFunding
    function withdrawEarningsBySignature(
        EarningsWithdrawal calldata withdrawal,
        bytes calldata signature
    ) external nonReentrant {
        EarningsWithdrawal calldata w = withdrawal;
        _requireRelay(w.relayer, w.relayFee, w.amount, w.validUntil);
        _useCheckedNonce(w.host, w.nonce);
        _requireAuthorised(w.host, keccak256(abi.encode(SignedTypes.WITHDRAW_EARNINGS, w)), signature);
        _debitEarnings(w.listingId, w.host, w.amount, w.to);
        _payRelay(w.relayFee);
        emit IAccounts.EarningsWithdrawn(w.host, w.listingId, w.amount, w.to);
        PAYMENT_TOKEN.safeTransfer(w.to, w.amount - w.relayFee);
    }

    /// @dev Takes an ERC-3009 authorisation and credits what actually arrived.
    function _receive(address account, uint32 purse, bytes32 nonce, Authorization calldata a) private {
        uint256 before = PAYMENT_TOKEN.balanceOf(address(this));
        if (!_receiveByBytes(nonce, a)) {
            bytes32 r = bytes32(a.signature[:32]);
            bytes32 s = bytes32(a.signature[32:64]);
            uint8 v = uint8(a.signature[64]);
            IERC3009(address(PAYMENT_TOKEN)).receiveWithAuthorization(
                a.from,
                address(this),
                a.value,
                a.validAfter,
                a.validBefore,
                nonce,
                v,
                r,
                s
            );
        }
        _depositReceived(account, purse, before, a.from);
    }

    /// @dev A contract account's signature may have the length of a key's, an EIP-7702 account may sign with its key,
    /// and not every token accepts both forms: an account with code tries the bytes first, then r, s and v.
    function _receiveByBytes(bytes32 nonce, Authorization calldata a) private returns (bool) {
        bool isKeyLong = a.signature.length == 65;
        if (isKeyLong && a.from.code.length == 0) return false;
        try
            IERC3009(address(PAYMENT_TOKEN)).receiveWithAuthorization(
                a.from,
                address(this),
                a.value,
                a.validAfter,
                a.validBefore,
                nonce,
                a.signature
            )
        {
            return true;
        } catch (bytes memory reason) {
            if (!isKeyLong) LowLevelCall.bubbleRevert(reason);
            return false;
        }
    }

    function _depositReceived(address account, uint32 purse, uint256 before, address from) private {
        uint256 received = _received(before);
        _credit(packPurseId(account, purse), received);
        emit IAccounts.Deposited(account, purse, received, from);
    }

    function _requireRelay(
        address relayer,
        uint256 relayFee,
        uint256 amount,
        uint256 validUntil
    ) private view {
        if (block.timestamp >= validUntil) {
            revert IAccounts.Account_SignatureExpired(validUntil, block.timestamp);
        }
        if (relayer != address(0) && relayer != msg.sender) revert Account_WrongRelayer(relayer, msg.sender);
        if (relayFee != 0 && relayFee >= amount) revert Account_RelayFeeTooHigh(relayFee, amount);
    }
}
