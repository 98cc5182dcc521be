// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20, IERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IAccounts} from "../interfaces/IAccounts.sol";
import {packPurseId} from "../types/Booking.sol";
import {ListingId} from "../types/Ids.sol";
import {Money} from "./Money.sol";

/// @title Accounts: money in, money out
abstract contract Accounts is Money, IAccounts {
    using SafeERC20 for IERC20;

    /// @inheritdoc IAccounts
    function deposit(address account, uint32 purse, uint256 amount) external nonReentrant {
        if (account == address(0)) revert Account_ZeroAddress();
        // The token is called before the effect: only the difference of balances shows what arrived. The guard
        // stops a re-entering token from making any call that moves tokens.
        uint256 before = PAYMENT_TOKEN.balanceOf(address(this));
        PAYMENT_TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = _received(before);
        _credit(packPurseId(account, purse), received);
        emit Deposited(account, purse, received, msg.sender);
    }

    /// @inheritdoc IAccounts
    function withdraw(uint32 purse, uint256 amount, address to) external nonReentrant {
        _debitPurse(packPurseId(msg.sender, purse), amount, to);
        emit Withdrawn(msg.sender, purse, amount, to);
        PAYMENT_TOKEN.safeTransfer(to, amount);
    }

    /// @inheritdoc IAccounts
    function withdrawEarnings(ListingId listingId, uint256 amount, address to) external nonReentrant {
        _debitEarnings(listingId, msg.sender, amount, to);
        emit EarningsWithdrawn(msg.sender, listingId, amount, to);
        PAYMENT_TOKEN.safeTransfer(to, amount);
    }
}
