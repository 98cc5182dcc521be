// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {IFunding} from "../../contracts/interfaces/IFunding.sol";
import {EarningsWithdrawal, Withdrawal} from "../../contracts/types/Funding.sol";
import {SignedTypes} from "../../contracts/types/SignedTypes.sol";
import {vm} from "../support/Vm.sol";
import {Handler} from "./Handler.sol";

/// @notice Money in and out: by allowance, permit, ERC-3009; by calling and by signature.
abstract contract MoneyHandler is Handler {
    bytes32 private constant DEPOSIT_PURPOSE = keccak256("Plugpact deposit by ERC-3009");

    /// @dev The account that receives all withdrawals.
    address private constant SINK = address(0xdead);

    function putIn(uint256 n) external {
        uint256 how = _part(n, 28, 12);
        if (how < 4) _deposit(n);
        else if (how < 8) _depositWithPermit(n);
        else if (how < 12) _depositWithAuthorization(n);
        else _give(n);
    }

    function takeOut(uint256 n) external {
        uint256 how = _part(n, 28, 3);
        if (how == 0) _withdraw(n);
        else if (how == 1) _withdrawBySignature(n);
        else if (how == 2) _withdrawEarnings(n);
        else _withdrawEarningsBySignature(n);
    }

    function _deposit(uint256 n) internal {
        (address driver, uint256 purse) = _purse(n);
        uint256 amount = 1 + _part(n, 30, 60_000_000);
        token.mint(driver, amount);
        vm.prank(driver);
        token.approve(address(market), amount);
        bool done = _try(driver, abi.encodeCall(IAccounts.deposit, (driver, uint32(purse), amount)));
        _checkOutcome("deposit", true, done);
        if (done) _moveIn(driver, purse, amount);
    }

    function _depositWithPermit(uint256 n) private {
        (address driver, uint256 purse) = _purse(n);
        uint256 amount = 1 + _part(n, 30, 60_000_000);
        token.mint(driver, amount);
        bool good = !_isUnusual(n, 31);
        (uint8 v, bytes32 r, bytes32 s) = _permit(driver, good ? amount : amount - 1);
        bytes memory data = abi.encodeCall(
            IFunding.depositWithPermit,
            (driver, uint32(purse), amount, block.timestamp, v, r, s)
        );
        bool done = _try(driver, data);
        _checkOutcome("depositWithPermit", good, done);
        if (done) _moveIn(driver, purse, amount);
    }

    function _depositWithAuthorization(uint256 n) private {
        (address driver, uint256 purse) = _purse(n);
        uint256 amount = 1 + _part(n, 30, 60_000_000);
        token.mint(driver, amount);
        bool good = !_isUnusual(n, 31);
        bytes32 salt = bytes32(token.totalSupply());
        // Refused if it was signed for another purse.
        uint256 signedFor = good ? purse : purse + 1;
        bytes32 nonce = keccak256(abi.encode(DEPOSIT_PURPOSE, driver, signedFor, salt));
        bytes memory data = abi.encodeCall(
            IFunding.depositWithAuthorization,
            (driver, uint32(purse), salt, _authorise(driver, amount, nonce))
        );
        bool done = _try(_anyRelayer(n), data);
        _checkOutcome("depositWithAuthorization", good, done);
        if (done) _moveIn(driver, purse, amount);
    }

    /// @dev Sends tokens to the market without a deposit: nobody may ever withdraw them.
    function _give(uint256 n) private {
        uint256 amount = _part(n, 30, 1_000);
        token.mint(address(market), amount);
        _held += amount;
        _gifts += amount;
        ++succeeded["give"];
    }

    function _withdraw(uint256 n) private {
        (address account, uint256 purse) = _payee(n);
        uint256 amount = _amount(n, _free[account][purse]);
        bool allowed = amount != 0 && amount <= _free[account][purse];
        bool done = _try(account, abi.encodeCall(IAccounts.withdraw, (uint32(purse), amount, SINK)));
        _checkOutcome("withdraw", allowed, done);
        if (done) _takeFree(account, purse, amount);
    }

    function _withdrawBySignature(uint256 n) private {
        (address account, uint256 purse) = _payee(n);
        (uint256 amount, address relayer) = (_amount(n, _free[account][purse]), _anyRelayer(n));
        Withdrawal memory w = Withdrawal(
            account,
            uint32(purse),
            amount,
            SINK,
            _named(n, relayer),
            _fee(n, amount),
            _nonce[account] + (_isUnusual(n, 33) ? 1 : 0),
            _until(n)
        );
        bool allowed = amount != 0 && amount <= _free[account][purse] && w.nonce == _nonce[account];
        allowed = allowed && _mayRelay(w.relayer, relayer, w.relayFee, amount, w.validUntil);
        bytes memory signature = _signBytes(account, keccak256(abi.encode(SignedTypes.WITHDRAW, w)));
        bool done = _try(relayer, abi.encodeCall(IFunding.withdrawBySignature, (w, signature)));
        _checkOutcome("withdrawBySignature", allowed, done);
        if (!done) return;
        ++_nonce[account];
        _takeFree(account, purse, amount - w.relayFee);
        _free[account][purse] -= w.relayFee;
        _payRelay(account, relayer, w.relayFee);
    }

    function _withdrawEarnings(uint256 n) private {
        (uint256 site, address host) = _earner(n);
        uint256 amount = _amount(n, _earned[site][host].amount);
        bool allowed = amount != 0 && amount <= _earned[site][host].amount;
        bytes memory data = abi.encodeCall(IAccounts.withdrawEarnings, (_sites[site].id, amount, SINK));
        bool done = _try(host, data);
        _checkOutcome("withdrawEarnings", allowed, done);
        if (done) _takeEarned(site, host, amount, 0);
    }

    function _withdrawEarningsBySignature(uint256 n) private {
        (uint256 site, address host) = _earner(n);
        (uint256 amount, address relayer) = (_amount(n, _earned[site][host].amount), _anyRelayer(n));
        EarningsWithdrawal memory w = EarningsWithdrawal(
            host,
            _sites[site].id,
            amount,
            SINK,
            _named(n, relayer),
            _fee(n, amount),
            _nonce[host] + (_isUnusual(n, 33) ? 1 : 0),
            _until(n)
        );
        bool allowed = amount != 0 && amount <= _earned[site][host].amount && w.nonce == _nonce[host];
        allowed = allowed && _mayRelay(w.relayer, relayer, w.relayFee, amount, w.validUntil);
        bytes memory signature = _signBytes(host, keccak256(abi.encode(SignedTypes.WITHDRAW_EARNINGS, w)));
        bool done = _try(relayer, abi.encodeCall(IFunding.withdrawEarningsBySignature, (w, signature)));
        _checkOutcome("withdrawEarningsBySignature", allowed, done);
        if (!done) return;
        ++_nonce[host];
        _takeEarned(site, host, amount, w.relayFee);
        _payRelay(host, relayer, w.relayFee);
    }

    function _takeFree(address account, uint256 purse, uint256 amount) private {
        _free[account][purse] -= amount;
        _moveOut(account, amount);
    }

    function _takeEarned(uint256 site, address host, uint256 amount, uint256 relayFee) private {
        _earned[site][host].amount -= amount;
        _moveOut(host, amount - relayFee);
    }

    function _purse(uint256 n) private view returns (address driver, uint256 purse) {
        return (_drivers[_part(n, 34, DRIVERS - 1)], _part(n, 35, PURSES - 1));
    }

    /// @dev An account that may have money in a purse.
    function _payee(uint256 n) private view returns (address account, uint256 purse) {
        uint256 who = _part(n, 36, 7);
        if (who == 0) return (_relayer, 0);
        return who == 1 ? (_collector, 0) : _purse(n);
    }

    function _earner(uint256 n) private view returns (uint256 site, address host) {
        return (_part(n, 37, _sites.length - 1), _hosts[_part(n, 38, HOSTS - 1)]);
    }

    /// @dev Up to the balance; one in eight is a unit more.
    function _amount(uint256 n, uint256 balance) private pure returns (uint256) {
        return _isUnusual(n, 39) ? balance + 1 : _part(n, 40, balance);
    }

    function _fee(uint256 n, uint256 amount) private pure returns (uint256) {
        return
            _isUnusual(n, 41)
                ? amount
                : _coinFlip(n, 42)
                    ? 0
                    : _part(n, 43, amount / 4);
    }

    function _named(uint256 n, address relayer) private view returns (address) {
        return
            _isUnusual(n, 44)
                ? _stranger
                : _coinFlip(n, 45)
                    ? relayer
                    : address(0);
    }

    function _until(uint256 n) private view returns (uint64) {
        return uint64(_isUnusual(n, 46) ? block.timestamp : block.timestamp + 1);
    }

    function _mayRelay(
        address named,
        address relayer,
        uint256 fee,
        uint256 amount,
        uint256 validUntil
    ) private view returns (bool) {
        if (named != address(0) && named != relayer) return false;
        return (fee == 0 || fee < amount) && block.timestamp < validUntil;
    }
}
