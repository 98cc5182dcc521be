// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {vm} from "../support/Vm.sol";
import {MarketFixture} from "./MarketFixture.sol";

/// @notice Everybody's money in the model, in two accounts: what each purse and each host's earnings hold (`free`,
/// `earned`, `locked`), and what each person is entitled to by tariffs alone (`due`). Locking and refunding changes
/// only the first.
abstract contract Ledger is MarketFixture {
    /// @notice A host's earnings of one listing.
    struct Earned {
        uint256 amount;
        uint256 soldWh;
        uint256 sessions;
    }

    /// @notice The first violation that the model found; empty if there is none.
    string public violation;
    /// @notice The return data of the last call: the reason if it was refused.
    bytes public returned;
    /// @notice How often each call happened, and how often it was refused.
    mapping(string call => uint256) public succeeded;
    mapping(string call => uint256) public refused;

    mapping(address account => mapping(uint256 purse => uint256)) internal _free;
    mapping(address driver => uint256) internal _locked;
    mapping(uint256 site => mapping(address host => Earned)) internal _earned;
    mapping(address account => uint256) internal _due;
    mapping(address account => uint256) internal _nonce;
    /// @dev Deposits less withdrawals, gifts included.
    uint256 internal _held;
    /// @dev Sent to the market without a deposit: it belongs to nobody.
    uint256 internal _gifts;

    function _moveIn(address account, uint256 purse, uint256 amount) internal {
        _free[account][purse] += amount;
        _due[account] += amount;
        _held += amount;
    }

    /// @dev Leaves the market: from a purse, or from earnings.
    function _moveOut(address account, uint256 amount) internal {
        _due[account] -= amount;
        _held -= amount;
    }

    function _payRelay(address payer, address relayer, uint256 fee) internal {
        _due[payer] -= fee;
        _due[relayer] += fee;
        _free[relayer][0] += fee;
    }

    /// @dev What a charge costs goes to the host, less the market's fee.
    function _payCost(address payer, uint256 site, address host, uint256 cost, uint256 energyWh) internal {
        uint256 fee = (cost * FEE_BASIS_POINTS) / 10_000;
        _free[_collector][0] += fee;
        _due[_collector] += fee;
        _due[payer] -= fee;
        _payWhole(payer, site, host, cost - fee, energyWh);
    }

    /// @dev Fees and bonds go to the host in full.
    function _payWhole(address payer, uint256 site, address host, uint256 amount, uint256 energyWh) internal {
        Earned storage e = _earned[site][host];
        e.amount += amount;
        e.soldWh += energyWh;
        ++e.sessions;
        _due[payer] -= amount;
        _due[host] += amount;
    }

    /// @dev Calls the market as `sender`.
    function _try(address sender, bytes memory data) internal virtual returns (bool done) {
        vm.prank(sender);
        bytes memory data_;
        (done, data_) = address(market).call(data);
        returned = data_;
    }

    /// @dev Counts a call, and records a violation when the market did not follow the rules.
    function _checkOutcome(string memory call, bool allowed, bool done) internal {
        if (done) ++succeeded[call];
        else ++refused[call];
        if (allowed != done)
            _recordViolation(
                string.concat(call, done ? " happened and must not" : " was refused and must not be")
            );
    }

    /// @dev Stores the first violation: a revert would undo it.
    function _recordViolation(string memory what) internal {
        if (bytes(violation).length == 0) violation = what;
    }
}
