// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Hostile: all balances shrink or grow, at once or during the next transfer; anyone mints and rebases
contract RebasingToken is ERC20 {
    uint256 private constant ONE_PERMILLE = 1_000;

    /// @notice Value of a share in thousandths of a unit.
    uint256 public worthPermille = ONE_PERMILLE;

    uint256 private _afterNextTransfer;

    constructor() ERC20("Rebasing", "RB") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function rebase(uint256 worthPermille_) external {
        worthPermille = worthPermille_;
    }

    function rebaseAfterNextTransfer(uint256 worthPermille_) external {
        _afterNextTransfer = worthPermille_;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return (super.balanceOf(account) * worthPermille) / ONE_PERMILLE;
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, (amount * ONE_PERMILLE) / worthPermille);
        if (_afterNextTransfer == 0) return;
        worthPermille = _afterNextTransfer;
        _afterNextTransfer = 0;
    }
}
